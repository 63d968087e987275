/** One request of the text that a script gives. */
export interface TextRequest {
  readonly method: string;
  readonly path: string;
  /** Raw header pairs. */
  readonly headers: readonly string[];
  /** Request line and headers as they are, with the empty line that ends them; latin1. */
  readonly head: string;
  readonly body: Uint8Array;
}

/** The requests of a text; `incomplete` is the place where one of them breaks off, null where the last is whole. */
export interface TextRequests {
  readonly requests: readonly TextRequest[];
  readonly incomplete: { readonly line: number; readonly column: number } | null;
}

const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) (\S+) HTTP\/1\.[01]$/;

/** Splits the text of one `request()`: wrk sends several requests at once when the text has several (pipelining). */
export function splitRequests(bytes: Uint8Array): TextRequests {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const requests: TextRequest[] = [];
  let at = 0;
  while (at < text.length || requests.length === 0) {
    const next = readRequest(text, at);
    if (next === null) return { requests, incomplete: placeOf(text) };
    requests.push(next.request);
    at = next.end;
  }
  return { requests, incomplete: null };
}

function readRequest(
  text: Buffer,
  from: number,
): { readonly request: TextRequest; readonly end: number } | null {
  const headEnd = text.indexOf('\r\n\r\n', from, 'latin1');
  if (headEnd === -1) return null;
  const head = text.toString('latin1', from, headEnd + 4);
  const [line = '', ...fields] = head.slice(0, -4).split('\r\n');
  const [, method, path] = REQUEST_LINE.exec(line) ?? [];
  if (method === undefined || path === undefined) return null;
  const headers = fields.flatMap((field) => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon), field.slice(colon + 1).trim()];
  });
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length');
  const length = at === -1 ? 0 : Number(headers[at + 1]);
  const bodyAt = headEnd + 4;
  const end = bodyAt + length;
  if (!Number.isSafeInteger(length) || end > text.length) return null;
  return { request: { method, path, headers, head, body: text.subarray(bodyAt, end) }, end };
}

/** Where the text ends, counted as wrk counts it. */
function placeOf(text: Buffer): { readonly line: number; readonly column: number } {
  const lines = text.toString('latin1').split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
