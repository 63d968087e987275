import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { ResponseReader } from '../../../src/replay/engine/response-reader.ts';

interface Seen {
  readonly responses: {
    status: number;
    headers: readonly string[];
    body: string;
    reusable: boolean | null;
  }[];
  closed: boolean | null;
}

/** One read, in a buffer that is larger than it and is overwritten afterwards, as a socket's is. */
function push(reader: ResponseReader, piece: Uint8Array): number {
  const buffer = Buffer.alloc(piece.length + 16, 'x');
  buffer.set(piece);
  try {
    return reader.push(buffer, piece.length, 0);
  } finally {
    buffer.fill('y');
  }
}

/** Feeds the pieces and notes what the reader tells; with `close` the other side closes at the end. */
function read(pieces: readonly Uint8Array[], close = false): Seen {
  const seen: Seen = { responses: [], closed: null };
  const reader = new ResponseReader({
    onHead: (status, headers) => seen.responses.push({ status, headers, body: '', reusable: null }),
    onBody(bytes, from, to) {
      const last = seen.responses.at(-1);
      if (last !== undefined) last.body += bytes.toString('latin1', from, to);
    },
    onEnd(reusable) {
      const last = seen.responses.at(-1);
      if (last !== undefined) last.reusable = reusable;
    },
  });
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) at += push(reader, piece.subarray(at));
  }
  if (close) seen.closed = reader.close(0);
  return seen;
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const one = (text: string, close = false) => read([bytes(text)], close);

test('a body of known length, an empty one, one without any', () => {
  assert.deepEqual(one('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX: a: b \r\n\r\nabc').responses, [
    { status: 200, headers: ['Content-Length', '3', 'X', 'a: b'], body: 'abc', reusable: true },
  ]);
  assert.equal(one('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n').responses[0]?.reusable, true);
  assert.equal(one('HTTP/1.1 204 No Content\r\n\r\n').responses[0]?.reusable, true);
});

test('chunks with extensions, upper-case sizes and trailers', () => {
  const text =
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nA;q="1;2"\r\n0123456789\r\n2 \r\nab\r\n0\r\nx-t: 1\r\n\r\n';
  assert.deepEqual(
    one(text).responses.map(({ body, reusable }) => [body, reusable]),
    [['0123456789ab', true]],
  );
});

test('informational answers come before the real one', () => {
  const { responses } = one(
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nz',
  );
  assert.deepEqual(
    responses.map(({ status, body }) => [status, body]),
    [[200, 'z']],
  );
});

test('a body without length lasts until the server closes, everything else is cut by it', () => {
  const open = one('HTTP/1.1 200 OK\r\n\r\nabc', true);
  assert.deepEqual([open.closed, open.responses[0]?.body, open.responses[0]?.reusable], [true, 'abc', false]);
  assert.equal(one('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc', true).closed, false);
  assert.equal(one('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc', true).closed, false);
  assert.equal(one('HTTP/1.', true).closed, false);
});

test('a connection that says close, or that is of HTTP/1.0, is not used again', () => {
  for (const head of [
    'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1',
    'HTTP/1.0 200 OK\r\ncontent-length: 1',
  ]) {
    assert.equal(one(`${head}\r\n\r\nz`).responses[0]?.reusable, false, head);
  }
  assert.equal(
    one('HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\nz').responses[0]?.reusable,
    true,
  );
});

test('a length beside chunks: the chunks decide and the connection is not used again; equal lengths are one', () => {
  const both =
    'HTTP/1.1 200 OK\r\ncontent-length: 7\r\ntransfer-encoding: chunked\r\n\r\n1\r\nz\r\n0\r\n\r\n';
  assert.deepEqual([one(both).responses[0]?.body, one(both).responses[0]?.reusable], ['z', false]);
  const twice = 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\nz';
  assert.deepEqual([one(twice).responses[0]?.body, one(twice).responses[0]?.reusable], ['z', true]);
});

test('heads that a strict parser refuses are read as the recorder reads them, however they are cut', () => {
  for (const [text, body] of [
    ['HTTP/1.1 200 OK\ncontent-length: 1\n\nz', 'z'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 1\n\r\nz', 'z'],
    ['HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n1\r\nz\r\n0\r\n\r\n', 'z'],
    ['HTTP/1.1 200 OK\r\nno colon\r\nx: a\r\n b\r\ncontent-length : 1\r\n\r\nz', 'z'],
    ['HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\ncontent-length: 1\n\nz', 'z'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\ntransfer-encoding:\r\n\r\nz', 'z'],
  ] as const)
    assert.deepEqual(
      one(text).responses.map((response) => response.body),
      [body],
      text,
    );
});

test('bytes that are not a response are refused, with a code and the first invalid bytes', () => {
  const head = 'HTTP/1.1 200 OK\r\n';
  const chunked = `${head}transfer-encoding: chunked\r\n\r\n`;
  for (const [text, code, detail] of [
    ['hello world\r\n\r\n', 'not_http', 'hello world'],
    ['HTTP/2 200\r\n\r\n', 'not_http', 'HTTP/2 200'],
    ['HTTP/1.1 20 OK\r\n\r\n', 'not_http', 'HTTP/1.1 20 OK'],
    ['HTTP/1.1 101 Switching\r\n\r\n', 'protocol_switched', null],
    [`${head}content-length: 1\r\ncontent-length: 2\r\n\r\n`, 'two_framings', null],
    [`${head}content-length: -1\r\n\r\n`, 'bad_length', '-1'],
    [`${chunked}xyz\r\n`, 'bad_chunk', null],
    [`${chunked}\r\n`, 'bad_chunk', null],
    [`${chunked}1\r\nab\r\n`, 'bad_chunk', null],
    [`${chunked}1\r\na\n`, 'bad_chunk', null],
    [`${chunked}1;a\0`, 'bad_chunk', null],
    [`${chunked}fffffffffffff\r\n`, 'bad_chunk', null],
    [`${chunked}1;${'a'.repeat(5_000)}`, 'too_long', null],
    [`${chunked}0\r\nno colon\r\n\r\n`, 'bad_header', 'no colon'],
    [`${head}${'x: y\r\n'.repeat(12_000)}`, 'too_long', null],
  ] as const) {
    assert.throws(
      () => one(text),
      { name: 'ProtocolError', code, detail },
      JSON.stringify(text.slice(0, 80)),
    );
  }
});

test('it stops behind the end of a response, so that unasked bytes are seen', () => {
  const reader = new ResponseReader({
    onHead: () => undefined,
    onBody: () => undefined,
    onEnd: () => undefined,
  });
  const text = 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nz';
  assert.equal(push(reader, bytes(`${text}HTTP/1.1 200 OK`)), text.length);
});

/** One response as a server could send it. */
const response = fc
  .record({
    status: fc.constantFrom(200, 400, 503),
    parts: fc.array(fc.string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' }), { maxLength: 6 }),
    chunked: fc.boolean(),
    upper: fc.boolean(),
  })
  .map(({ status, parts, chunked, upper }) => {
    const body = parts.join('');
    const size = (part: string): string =>
      upper ? part.length.toString(16).toUpperCase() : part.length.toString(16);
    const framed = chunked
      ? `transfer-encoding: chunked\r\n\r\n${parts.map((part) => `${size(part)}\r\n${part}\r\n`).join('')}0\r\n\r\n`
      : `content-length: ${body.length}\r\n\r\n${body}`;
    return { status, body, text: `HTTP/1.1 ${status} X\r\nserver: s\r\n${framed}` };
  });

test('property: however the reads are cut, the same responses come out', () => {
  fc.assert(
    fc.property(fc.array(response, { minLength: 1, maxLength: 4 }), fc.array(fc.nat(200)), (sent, cuts) => {
      const whole = bytes(sent.map(({ text }) => text).join(''));
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (const cut of [...cuts, whole.length]) {
        pieces.push(whole.subarray(at, at + cut));
        at += cut;
      }
      pieces.push(whole.subarray(at));
      assert.deepEqual(
        read(pieces).responses.map(({ status, body, reusable }) => ({ status, body, reusable })),
        sent.map(({ status, body }) => ({ status, body, reusable: true })),
      );
    }),
  );
});

test("vLLM's own answers, byte by byte and at once", () => {
  for (const folder of ['vllm-0.32.0', 'vllm-0.32.0-rust']) {
    const path = new URL(`../../fixtures/${folder}/`, import.meta.url);
    for (const file of readdirSync(path).filter((name) => name.endsWith('.http'))) {
      const raw = readFileSync(new URL(file, path));
      const whole = read([raw]);
      const single = read(Array.from(raw, (byte) => Uint8Array.of(byte)));
      assert.deepEqual(whole.responses, single.responses, file);
      assert.equal(whole.responses.length, 1, file);
      // The one answer that was cut has no end.
      assert.equal(whole.responses[0]?.reusable === null, file.includes('abort'), file);
    }
  }
});

test('a head gives its status, its headers as sent and how the body ends', () => {
  const [whole] = one(
    'HTTP/1.1 200 OK\r\ndate: now\r\nTransfer-Encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ).responses;
  assert.deepEqual(whole, {
    status: 200,
    headers: ['date', 'now', 'Transfer-Encoding', 'gzip', 'transfer-encoding', 'chunked'],
    body: '',
    reusable: true,
  });
  assert.equal(one('HTTP/1.1 200\r\ncontent-length: 12\r\n\r\n012345678901').responses[0]?.reusable, true);
  assert.equal(
    one('HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\na', true).responses[0]?.reusable,
    false,
  );
  assert.equal(one('HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n').responses[0]?.reusable, true);
});
