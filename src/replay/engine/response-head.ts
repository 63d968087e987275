/** How the end of a response's body is known (RFC 9112, 6.3). */
export type HeadFraming = { readonly reusable: boolean } & (
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** The server closes the connection. */
  | { readonly kind: 'until-close' }
);

export interface ResponseHead {
  readonly status: number;
  /** Raw pairs in order. */
  readonly headers: readonly string[];
  readonly framing: HeadFraming;
}

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$)/;

/**
 * Reads the head of a response, without the empty line that ends it.
 * @returns null for an informational answer (1xx): the real one follows
 * @throws Error with one sentence when it is no HTTP/1.x head
 */
export function parseHead(text: string): ResponseHead | null {
  const [first = '', ...lines] = text.split('\r\n');
  const match = STATUS_LINE.exec(first);
  if (match === null) throw new Error(`the answer is not HTTP/1.1: ${JSON.stringify(first.slice(0, 40))}`);
  const status = Number(match[2]);
  if (status === 101) throw new Error('the server switched to another protocol');
  if (status < 200) return null;
  const headers = lines.flatMap(parseField);
  return { status, headers, framing: framingOf(status, headers, match[1] === '1') };
}

function parseField(line: string): [string, string] {
  const colon = line.indexOf(':');
  const name = line.slice(0, colon);
  if (colon < 1 || /\s/.test(name)) throw new Error(`a header of the answer is none: ${line.slice(0, 40)}`);
  return [name, line.slice(colon + 1).trim()];
}

function framingOf(status: number, headers: readonly string[], persistent: boolean): HeadFraming {
  let encoding: string | null = null;
  let length: string | null = null;
  let reusable = persistent;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const value = headers[i + 1] ?? '';
    switch (headers[i]?.toLowerCase()) {
      case 'transfer-encoding':
        encoding = encoding === null ? value : `${encoding},${value}`;
        break;
      case 'content-length':
        if (length !== null && length !== value) throw new Error('the answer has two different lengths');
        length = value;
        break;
      case 'connection':
        if (/\bclose\b/i.test(value)) reusable = false;
        else if (/\bkeep-alive\b/i.test(value)) reusable = true;
    }
  }
  if (status === 204 || status === 304) return { kind: 'none', reusable };
  if (encoding !== null) {
    const chunked = /(?:^|,)\s*chunked\s*$/i.test(encoding);
    // Both at once is how responses are smuggled: the encoding counts, the connection is not used again.
    return chunked
      ? { kind: 'chunked', reusable: reusable && length === null }
      : { kind: 'until-close', reusable: false };
  }
  if (length === null) return { kind: 'until-close', reusable: false };
  if (!/^\d{1,15}$/.test(length)) throw new Error(`the length of the answer is none: ${length.slice(0, 40)}`);
  return { kind: 'length', length: Number(length), reusable };
}
