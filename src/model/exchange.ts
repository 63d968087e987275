import type { LoggedBody } from './body-log.ts';
import type { AnswerFigures, RawAnswer, RequestFigures } from './completion.ts';

/** The first news of an exchange, sent when its headers arrive, so that a crash leaves an unfinished row, not silence. */
export interface ExchangeStart {
  /** Counts from 1 within the capture, in order of arrival. */
  readonly number: number;
  /** Microseconds on the monotonic clock, as all instants until they are on the tape, where they count from the capture's start. */
  readonly arrivedUs: number;
  readonly method: string;
  /** Path with query, as received. */
  readonly path: string;
  /** Raw header pairs, credentials already redacted. */
  readonly headers: readonly string[];
}

/** The end of an exchange: everything else, still unparsed. */
export interface ExchangeEnd {
  readonly number: number;
  /** Last byte of the request received; null when the client left before. */
  readonly requestEndUs: number | null;
  readonly requestBody: Uint8Array | null;
  readonly requestTruncated: boolean;
  readonly requestBytes: number;
  /** Sent once more, since the kept connection that it went out on turned out closed. */
  readonly sentTwice: boolean;
  readonly answer: RawAnswer;
}

/** Why an exchange is not on the tape although it passed, a closed list; counted per capture. */
export const DROP_REASONS = ['queue_full', 'write_failed'] as const;

export type DropReason = (typeof DROP_REASONS)[number];

export type Drops = Readonly<Partial<Record<DropReason, number>>>;

/** Where the recorder writes to. Both calls return at once and never throw; what cannot be kept is counted as dropped. */
export interface ExchangeSink {
  start(exchange: ExchangeStart): void;
  /** The beginning of a long answer's body, so that no thread holds all of it; `end` then has the rest. */
  part(number: number, part: LoggedBody): void;
  end(exchange: ExchangeEnd): void;
}

/** One recorded request with its response, timing and outcome, as read from a tape. Instants are microseconds since the capture's start. */
export interface Exchange
  extends Pick<ExchangeStart, 'arrivedUs' | 'method' | 'path'>,
    Pick<ExchangeEnd, 'requestEndUs' | 'requestBytes' | 'sentTwice' | 'requestTruncated'>,
    Pick<RawAnswer, 'status' | 'headersUs' | 'firstByteUs'>,
    RequestFigures,
    Omit<AnswerFigures, 'chunks'> {
  readonly id: number;
  readonly captureId: number;
  readonly finishedUs: number | null;
  readonly responseBytes: number;
  readonly responseTruncated: boolean;
  readonly requestHeaders: readonly string[];
  readonly responseHeaders: readonly string[];
  /** Key into the tape's bodies, null when none was kept. */
  readonly requestBodyId: number | null;
  readonly responseBodyId: number | null;
}

/** The parsing that the writer's thread applies to an exchange; `chat` owns it, the command line solders it in. */
export interface ExchangeReading {
  /** What of the start may be stored. */
  stored(start: ExchangeStart): ExchangeStart;
  /** @param start as it came */
  read(start: ExchangeStart, end: ExchangeEnd): ReadExchange;
}

/** What the bytes of an exchange mean. */
export interface ReadExchange {
  readonly request: RequestFigures;
  readonly answer: AnswerFigures;
  /** False for what has the path of an API, but is no request of one: it leaves a count and nothing else. */
  readonly isRequest: boolean;
  /** The exchange with only that of its bodies which may be stored; null when it is not recorded. */
  readonly kept: ExchangeEnd | null;
  /** The path as it may be stored. */
  readonly path: string;
  /** The client's trace context; null for none. */
  readonly traceparent: string | null;
}

/** A request's path without its query. */
export function withoutQuery(path: string): string {
  const at = path.indexOf('?');
  return at === -1 ? path : path.slice(0, at);
}
