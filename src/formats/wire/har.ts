import { headerValue } from '../../chat/headers.ts';
import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import { verbatimRequest } from '../bodies/rebuilt-body.ts';
import { pathOfUrl } from '../bodies/url-path.ts';
import { type ForeignAnswer, NO_ANSWER } from '../format.ts';
import { isoUs } from '../reading/instants.ts';
import { jsonFormat } from '../reading/json-reader.ts';
import { countOf } from '../reading/numbers.ts';
import { isApiRequest, sessionOf } from './wire-request.ts';

/** HTTP archives 1.2 of browsers, mitmproxy and other proxies. */
export const HAR = jsonFormat(
  ({ startedDateTime, request }) => startedDateTime !== undefined && request !== undefined,
  () =>
    ({ document }) => {
      const request = asObject(document.request) ?? {};
      const path = pathOfUrl(asString(request.url) ?? '');
      if (path === null || !isApiRequest(asString(request.method), path)) return 'unknownApi';
      const posted = asObject(request.postData) ?? {};
      const body = contentOf(posted);
      if (body === null) return 'noBody';
      const arrivedUs = isoUs(document.startedDateTime);
      if (arrivedUs === null) return 'malformed';
      const mimeType = asString(posted.mimeType);
      const headers = headersOf(request.headers);
      const isTyped = headerValue(headers, 'content-type') !== null || mimeType === null;
      return {
        arrivedUs,
        request: verbatimRequest(path, body, isTyped ? headers : [...headers, 'content-type', mimeType]),
        session: sessionOf(headers),
        answer: answerOf(document, arrivedUs),
      };
    },
);

/** Text, or bytes as base64. */
function contentOf({ text, encoding }: JsonObject): Uint8Array | null {
  if (typeof text !== 'string' || text === '') return null;
  return Buffer.from(text, encoding === 'base64' ? 'base64' : 'utf8');
}

/** Some tools write pairs in the place of objects; pseudo headers of HTTP/2 are left out. */
function headersOf(headers: unknown): readonly string[] {
  return asArray(headers).flatMap((header) => {
    const [name, value] = Array.isArray(header) ? header : [asObject(header)?.name, asObject(header)?.value];
    return typeof name === 'string' && typeof value === 'string' && !name.startsWith(':')
      ? [name, value]
      : [];
  });
}

/** The parts of a request's time up to its first byte, in their order; `ssl` is a part of `connect`. */
const BEFORE_BYTES = ['blocked', 'dns', 'connect', 'send', 'wait'] as const;

function answerOf({ response, timings, time, _error: error }: JsonObject, arrivedUs: number): ForeignAnswer {
  const { status: stated, headers, content } = asObject(response) ?? {};
  const status = countOf(stated) || null;
  if (status === null) return NO_ANSWER;
  const parts = asObject(timings) ?? {};
  const sumOf = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + Math.max(0, Number(parts[name] ?? 0) || 0), 0);
  const totalMs = timings === undefined ? Number(time) : sumOf([...BEFORE_BYTES, 'receive']);
  const firstByteUs = Number(parts.wait) >= 0 ? Math.round(arrivedUs + sumOf(BEFORE_BYTES) * 1e3) : null;
  return {
    kind: 'wire',
    status,
    headers: headersOf(headers),
    body: contentOf(asObject(content) ?? {}),
    headersUs: firstByteUs,
    firstByteUs,
    finishedUs: totalMs >= 0 ? Math.round(arrivedUs + totalMs * 1e3) : null,
    transport: typeof error === 'string' ? 'upstream_aborted' : 'complete',
    reads: null,
    requestEndUs: null,
  };
}
