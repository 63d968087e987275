import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CHUNK,
  NO_CHUNKS,
  packChunkTimes,
  TOKEN_BITS,
  unpackChunkTimes,
} from '../../src/model/chunk-times.ts';

const read = fc.record({
  // Up to three days between two reads.
  gapUs: fc.nat(3 * 86_400_000_000),
  bytes: fc.nat(2 ** 32 - 1),
  kinds: fc.nat(255),
  tokens: fc.nat(100_000),
  events: fc.nat(1_000),
});

test('unpacking gives back what was packed', () => {
  fc.assert(
    fc.property(fc.array(read, { maxLength: 40 }), fc.nat(2 ** 40), (reads, baseUs) => {
      let at = baseUs;
      const atUs = reads.map((r) => {
        at += r.gapUs;
        return at;
      });
      const chunks = {
        atUs,
        bytes: reads.map((r) => r.bytes),
        kinds: reads.map((r) => r.kinds),
        tokens: reads.map((r) => r.tokens),
        events: reads.map((r) => r.events),
      };
      assert.deepEqual(unpackChunkTimes(packChunkTimes(chunks, baseUs), baseUs), chunks);
    }),
  );
});

test('instants are rounded to microseconds without drifting', () => {
  const atUs = Array.from({ length: 1000 }, (_, i) => 10.4 * i);
  const chunks = {
    atUs,
    bytes: atUs.map(() => 1),
    kinds: atUs.map(() => 0),
    tokens: atUs.map(() => 1),
    events: atUs.map(() => 1),
  };
  const back = unpackChunkTimes(packChunkTimes(chunks, 0), 0);
  back.atUs.forEach((us, i) => {
    assert.ok(Math.abs(us - (atUs[i] ?? 0)) <= 0.5);
  });
});

test('no reads are one byte', () => {
  assert.equal(packChunkTimes(NO_CHUNKS, 5).length, 1);
  assert.deepEqual(unpackChunkTimes(packChunkTimes(NO_CHUNKS, 5), 5), NO_CHUNKS);
});

test('other bytes are refused', () => {
  assert.throws(() => unpackChunkTimes(Uint8Array.of(9, 1), 0), /unknown version of packed chunk times: 9/);
  assert.throws(() => unpackChunkTimes(Uint8Array.of(2, 0x80), 0), /middle of a number/);
});

test('the role, usage and end marks are no tokens', () => {
  for (const bit of [CHUNK.role, CHUNK.finish, CHUNK.usage, CHUNK.done, CHUNK.error]) {
    assert.equal(bit & TOKEN_BITS, 0);
  }
});
