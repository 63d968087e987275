import { apiOfPath } from '../../chat/apis/table.ts';
import type { Exchange } from '../../model/exchange.ts';
import type { JsonObject } from '../../model/json.ts';
import type { SkipReason } from '../../model/note.ts';
import type { ABORT_TREATMENTS } from '../../model/run.ts';

/** Refusals that say nothing about the request: it came too slowly, or there were too many. */
const TEMPORARY_REFUSALS: ReadonlySet<number> = new Set([408, 429]);

/** Why an exchange cannot be sent again; null when it can. */
export function whyNotReplayable(
  exchange: Exchange,
  aborts: (typeof ABORT_TREATMENTS)[number],
): SkipReason | null {
  const { outcome, status } = exchange;
  if (exchange.method !== 'POST' || apiOfPath(exchange.path) === null) return 'unknownApi';
  if (exchange.requestBodyId === null) return 'bodyNotRecorded';
  if (exchange.requestTruncated) return 'bodyTruncated';
  const aborted = outcome === 'client_aborted';
  if (aborted && exchange.requestEndUs === null) return 'requestIncomplete';
  if (aborted && aborts === 'ignore') return 'abortedByClient';
  // A 4xx is the request's own fault and would be one again; a 5xx was the server's trouble of that day. What a 3xx led
  // to is an exchange by itself.
  const refused = status !== null && status >= 300 && status < 500 && !TEMPORARY_REFUSALS.has(status);
  return refused ? 'refusedWhenRecorded' : null;
}

/** The same, for reasons that only the body gives. */
export function whyBodyNotReplayable(body: JsonObject): SkipReason | null {
  // The responses API leaves earlier turns on the server; another server does not have them.
  return body.previous_response_id == null ? null : 'continuesStoredResponse';
}

/** A path in origin form, and header fields, as RFC 9112 and 9110 have them: nothing that would end a line. */
const PATH = /^\/[\x21-\x7e\x80-\xff]*$/;
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The part of a request's head that cannot be sent, since an untrusted tape could smuggle a second request in it; null when all can.
 * No recorded request has such a head.
 */
export function unsendablePart({
  path,
  headers,
}: Pick<ReplayableRequest, 'path' | 'headers'>): string | null {
  if (!PATH.test(path)) return `the path ${JSON.stringify(path)}`;
  const field = headers.findIndex((text, i) => !(i % 2 === 0 ? FIELD_NAME : FIELD_VALUE).test(text));
  return field === -1 ? null : `the header ${JSON.stringify(headers[field])}`;
}

/** Where a replayed request is cut because its recorded client went away there. */
export type AbortPoint =
  /** After this many generated tokens. */
  | { readonly afterTokens: number }
  /** This long after sending, microseconds: no token had come yet, or nothing was streamed. */
  | { readonly afterUs: number };

/** One recorded request made ready for a target: what the engine sends in every pass. */
export interface ReplayableRequest {
  readonly exchangeId: number;
  /** Path with query. */
  readonly path: string;
  /** Raw header pairs, without host and framing: the client adds these. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
  /** Where in the body a pass's `cache_salt` goes (bytes from the start, at the beginning of a string); null for nowhere. */
  readonly saltAt: number | null;
  readonly abort: AbortPoint | null;
  /** Output tokens that it asked for, no more and no fewer; null or absent where its length is left to the model. */
  readonly askedTokens?: number | null;
  /** Request line and headers exactly as they are sent, with the empty line that ends them (latin1), as a script made them. */
  readonly head?: string;
}

/**
 * Where to cut a request whose recorded client went away: at the same token of a stream, else after the same time.
 * @param streams whether the replayed request asks for a stream
 * @returns null when the client stayed
 */
export function abortPoint(exchange: Exchange, streams: boolean): AbortPoint | null {
  const { outcome, streamed, completionTokens, arrivedUs, finishedUs } = exchange;
  if (outcome !== 'client_aborted') return null;
  const tokens = streams && streamed ? (completionTokens ?? 0) : 0;
  if (tokens >= 1) return { afterTokens: tokens };
  return { afterUs: Math.max(1, (finishedUs ?? arrivedUs) - arrivedUs) };
}
