import { type HeaderPair, pairs, withoutHeaders } from '../../chat/headers.ts';
import type { ReplayableRequest } from '../plan/replayable.ts';

/** A request as it is sent. */
export interface OutgoingRequest {
  /** Request line and headers, with the empty line that ends them; latin1. */
  readonly head: string;
  readonly body: Uint8Array | null;
}

/** Digits of the pass in a salt: fixed, so that all bodies of a request have one length. */
const PASS_DIGITS = 6;

/** The headers of a W3C trace context. */
const TRACE: ReadonlySet<string> = new Set(['traceparent', 'tracestate']);

/** The trace id of a run's request: the run's half, and its position in the plan. */
function traceId(trace: string, seq: number): string {
  return trace + seq.toString(16).padStart(16, '0');
}

/** The span id of a request, which may not be zero. */
function spanId(seq: number): string {
  return (seq + 1).toString(16).padStart(16, '0');
}

/** Writes requests for one target. */
export interface RequestWriter {
  /**
   * @param pass number of the pass over the tape, from 0; each pass has its own salt
   * @param seq position in the plan, which a trace id is made from
   */
  write(request: ReplayableRequest, pass: number, seq?: number): OutgoingRequest;
}

/**
 * @param target its path is put before every path
 * @param extra raw header pairs that every request carries, replacing recorded ones of the same name
 * @param salt of the run, printable ASCII without quotes; null for none
 * @param trace of the run, see `traceId`; null where requests have the trace context that was recorded, if any
 */
export function createRequestWriter(
  target: URL,
  extra: readonly string[],
  salt: string | null,
  trace: string | null = null,
): RequestWriter {
  /** The same for every pass, so it is written once. */
  const heads = new Map<ReplayableRequest, string>();

  function headOf(request: ReplayableRequest, bodyBytes: number): string {
    const known = heads.get(request);
    if (known !== undefined) return known;
    const head = requestHead('POST', pathBelow(target, request.path), [
      ['host', target.host],
      ...pairs(withExtra(trace === null ? request.headers : withoutHeaders(request.headers, TRACE), extra)),
      ['content-length', String(bodyBytes)],
    ]);
    heads.set(request, head);
    return head;
  }

  return {
    write(request, pass, seq = 0) {
      const { saltAt } = request;
      if (request.head !== undefined) return { head: request.head, body: request.body };
      const body = salt === null || saltAt === null ? request.body : salted(request.body, saltAt, salt, pass);
      const head = headOf(request, body.length);
      if (trace === null) return { head, body };
      const context = `traceparent: 00-${traceId(trace, seq)}-${spanId(seq)}-01`;
      return { head: `${head.slice(0, -2)}${context}\r\n\r\n`, body };
    },
  };
}

/** A path of the server's API below the path of its address, if that has one. */
export function pathBelow({ pathname }: URL, path: string): string {
  return pathname.replace(/\/+$/, '') + path;
}

/** A request without a body, e.g. to open a connection with. @param extra raw header pairs */
export function emptyRequest(
  method: 'GET' | 'POST',
  host: string,
  path: string,
  extra: readonly string[],
): OutgoingRequest {
  const length: HeaderPair[] = method === 'POST' ? [['content-length', '0']] : [];
  return { head: requestHead(method, path, [['host', host], ...pairs(extra), ...length]), body: null };
}

function requestHead(method: string, path: string, headers: readonly HeaderPair[]): string {
  return `${method} ${path} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

function salted(body: Uint8Array, at: number, salt: string, pass: number): Uint8Array {
  const text = `${salt}-${String(pass).padStart(PASS_DIGITS, '0').slice(-PASS_DIGITS)}`;
  const bytes = Buffer.allocUnsafe(body.length + text.length);
  bytes.set(body.subarray(0, at));
  bytes.write(text, at, 'latin1');
  bytes.set(body.subarray(at), at + text.length);
  return bytes;
}

function withExtra(headers: readonly string[], extra: readonly string[]): readonly string[] {
  const replaced = new Set(pairs(extra).map(([name]) => name.toLowerCase()));
  return [...withoutHeaders(headers, replaced), ...extra];
}
