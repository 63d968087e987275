import { readFileSync } from 'node:fs';
import type { RawAnswer } from '../../src/model/completion.ts';

/** A raw HTTP answer of a real server: status, headers and the body's pieces as the chunked framing cut them. */
export interface HttpFixture {
  readonly status: number;
  readonly headers: readonly string[];
  readonly chunks: readonly Uint8Array[];
}

/** Reads `test/fixtures/<name>.http`. */
export function readHttpFixture(name: string): HttpFixture {
  const bytes = readFileSync(new URL(`../fixtures/${name}.http`, import.meta.url));
  const end = bytes.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const body = bytes.subarray(end + 4);
  const chunked = lines.some((line) => /^transfer-encoding:\s*chunked$/i.test(line));
  return { status: Number(statusLine.split(' ')[1]), headers, chunks: chunked ? dechunk(body) : [body] };
}

function dechunk(body: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.subarray(at, lineEnd).toString('latin1'), 16);
    if (lineEnd === -1 || !Number.isInteger(size) || size === 0) break;
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return chunks;
}

/** A complete answer whose i-th read came at `1000 * (i + 1)` microseconds, changed by `overrides`. */
export function rawAnswer(
  fixture: Pick<HttpFixture, 'status' | 'headers' | 'chunks'>,
  overrides: Partial<RawAnswer> = {},
): RawAnswer {
  const body = Buffer.concat(fixture.chunks);
  return {
    status: fixture.status,
    headers: fixture.headers,
    headersUs: 500,
    firstByteUs: 1000,
    finishedUs: 1000 * (fixture.chunks.length + 1),
    transport: 'complete',
    error: null,
    body,
    truncated: false,
    bodyBytes: body.length,
    readUs: Float64Array.from(fixture.chunks, (_, i) => 1000 * (i + 1)),
    readBytes: Uint32Array.from(fixture.chunks, (chunk) => chunk.length),
    ...overrides,
  };
}
