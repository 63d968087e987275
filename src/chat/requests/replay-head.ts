import { headerValue, pairs, SESSION_HEADER, withoutHeaders } from '../headers.ts';
import { isRedacted } from '../redaction/credentials.ts';

const CODING = 'content-encoding';

/**
 * Headers of the recorded connection, not of the request: they describe the hop, the client's transport or a credential
 * that the tape does not have.
 */
const DROPPED_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'accept-encoding',
  'authorization',
  'proxy-authorization',
  'cookie',
  // A second request in flight with the same id is refused by vLLM before 0.14, and replays repeat exchanges.
  'x-request-id',
]);

/** The body is sent without the coding that it came in. */
const DROPPED_WITH_CODING: ReadonlySet<string> = new Set([...DROPPED_HEADERS, CODING]);

/**
 * The headers that are sent again: what every replay needs, not listed among its changes. Headers whose value was
 * redacted are dropped, there is nothing true to send; but for the session's, whose mark names it as well.
 * @param isDecoded whether the body has lost its content coding
 */
export function replayHeaders(headers: readonly string[], isDecoded: boolean): readonly string[] {
  return pairs(withoutHeaders(headers, isDecoded ? DROPPED_WITH_CODING : DROPPED_HEADERS))
    .filter(([name, value]) => !isRedacted(value) || name.toLowerCase() === SESSION_HEADER)
    .flat();
}

/** Whether a request's headers name a content coding. */
export function isCoded(headers: readonly string[]): boolean {
  return (headerValue(headers, CODING) ?? 'identity') !== 'identity';
}

/** The path that is asked for again: query parameters whose value was redacted are left out. */
export function replayPath(path: string): string {
  const at = path.indexOf('?');
  if (at === -1 || !path.includes('[redacted')) return path;
  const pairs = path.slice(at + 1).split('&');
  const kept = pairs.filter((pair) => !isRedacted(pair.slice(pair.indexOf('=') + 1)));
  return kept.length === 0 ? path.slice(0, at) : `${path.slice(0, at)}?${kept.join('&')}`;
}
