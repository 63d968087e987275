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

/** Writes requests for one target. */
export interface RequestWriter {
  /** @param pass number of the pass over the tape, from 0; each pass has a salt of its own */
  write(request: ReplayableRequest, pass: number): OutgoingRequest;
}

/**
 * @param target its path is put before every path
 * @param extra raw header pairs that every request carries, replacing recorded ones of the same name
 * @param salt of the run, printable ASCII without quotes; null for none
 */
export function createRequestWriter(
  target: URL,
  extra: readonly string[],
  salt: string | null,
): RequestWriter {
  /** The same for every pass, so it is written once. */
  const heads = new Map<ReplayableRequest, string>();

  function headOf(request: ReplayableRequest, bodyBytes: number): string {
    const known = heads.get(request);
    if (known !== undefined) return known;
    const head = requestHead('POST', pathBelow(target, request.path), [
      ['host', target.host],
      ...pairs(withExtra(request.headers, extra)),
      ['content-length', String(bodyBytes)],
    ]);
    heads.set(request, head);
    return head;
  }

  return {
    write(request, pass) {
      const { saltAt, head } = request;
      if (head !== undefined) return { head, body: request.body };
      const body = salt === null || saltAt === null ? request.body : salted(request.body, saltAt, salt, pass);
      return { head: headOf(request, body.length), body };
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
