import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import fc from 'fast-check';
import { createZstdCompressor, decodeBody as decode, readEnds } from '../../src/chat/content-coding.ts';

/** With the end of each read. */
function decodeBody(...[headers, body, readBytes, limit]: Parameters<typeof decode>) {
  const decoded = decode(headers, body, readBytes, limit);
  return { ...decoded, ends: readEnds(decoded, readBytes) };
}

type Encode = (text: Uint8Array) => Buffer;

const CODINGS: readonly (readonly [string, Encode])[] = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['GZIP', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
  ['gzip, br', (text) => brotliCompressSync(gzipSync(text))],
  ['identity', Buffer.from],
];

const coded = (name: string): readonly string[] => ['Content-Encoding', name];

/** A long text that compresses to several kilobytes. */
const TEXT = Array.from({ length: 400 }, (_, i) => `data: {"n":${i},"x":"${Math.sin(i)}"}\n\n`).join('');

test('every coding comes off, however the body is cut into reads', () => {
  for (const [name, encode] of CODINGS) {
    const sent = encode(Buffer.from(TEXT));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 30 }), (sizes) => {
        const reads: number[] = [];
        for (let left = sent.length, i = 0; left > 0; i++) {
          const size = Math.min(left, sizes[i % sizes.length] ?? 1);
          reads.push(size);
          left -= size;
        }
        const { bytes, ends, fault } = decodeBody(coded(name), sent, reads);
        assert.equal(fault, null, name);
        assert.equal(Buffer.from(bytes).toString(), TEXT, name);
        assert.deepEqual([ends.length, ends.at(-1)], [reads.length, bytes.length], name);
        assert.deepEqual(
          [...ends].sort((a, b) => a - b),
          [...ends],
          name,
        );
      }),
      { numRuns: 20 },
    );
  }
});

test('what one read holds is what its decoding yields', () => {
  const whole = gzipSync('data: 1\n\ndata: 2\n\n', { finishFlush: constants.Z_SYNC_FLUSH });
  const first = gzipSync('data: 1\n\n', { finishFlush: constants.Z_SYNC_FLUSH });
  const { bytes, ends } = decodeBody(coded('gzip'), first, [9, first.length - 9]);
  assert.deepEqual([ends.at(-1), Buffer.from(bytes).toString()], [9, 'data: 1\n\n']);
  assert.equal(decodeBody(coded('gzip'), whole, [whole.length]).bytes.length, 18);
});

test('a body that was cut is decoded as far as it goes', () => {
  for (const [name, encode] of CODINGS) {
    const sent = encode(Buffer.from(TEXT));
    const { bytes, ends, fault } = decodeBody(coded(name), sent.subarray(0, sent.length >> 1), [sent.length]);
    assert.equal(fault, null, name);
    assert.ok(TEXT.startsWith(Buffer.from(bytes).toString()), name);
    assert.equal(ends[0], bytes.length, name);
  }
});

test('unknown codings and bytes that do not fit their coding are faults', () => {
  const text = Buffer.from('\u{1f}what is this');
  assert.equal(decodeBody(coded('compress'), text, [text.length]).fault, 'unknown coding');
  assert.equal(decodeBody(coded('gzip, constructor'), text, [text.length]).fault, 'unknown coding');
  for (const name of ['gzip', 'deflate', 'br', 'zstd']) {
    const { fault, bytes } = decodeBody(coded(name), text, [text.length]);
    assert.deepEqual([fault, bytes.length], ['corrupt', 0], name);
  }
});

test('a header that a gateway left in place is not a fault', () => {
  for (const text of ['{"a":1}', 'data: {}\n\n', ': ping\n\n', ' [1]']) {
    const { bytes, fault } = decodeBody(coded('gzip'), Buffer.from(text), [text.length]);
    assert.deepEqual([Buffer.from(bytes).toString(), fault], [text, null]);
  }
});

test('a bomb is a fault and costs no more than its limit', () => {
  const bomb = Buffer.alloc(5_000_000);
  for (const [name, encode] of CODINGS.filter(([coding]) => coding !== 'identity')) {
    const sent = encode(bomb);
    const { bytes, fault } = decodeBody(coded(name), sent, [sent.length], 100_000);
    assert.equal(fault, 'too large', name);
    assert.ok(bytes.length <= 100_000, name);
    const reads = Array.from({ length: sent.length }, () => 1);
    const slowly = decodeBody(coded(name), sent, reads, 100_000);
    assert.equal(slowly.fault, 'too large', name);
    assert.ok(slowly.bytes.length <= 200_000, name);
  }
});

test('one compressor makes a frame of each body, whatever its size', () => {
  const compress = createZstdCompressor();
  const bodies = [
    Buffer.from('a'),
    Buffer.from('{"model":"m"}'.repeat(40)),
    randomBytes(3_000_000),
    Buffer.alloc(0),
    Buffer.alloc(500_000, 'abc'),
    Buffer.from('last'),
  ];
  for (const body of bodies) assert.ok(zstdDecompressSync(compress(body)).equals(body));
});
