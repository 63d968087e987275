import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createBodyLog } from '../../src/model/body-log.ts';

const text = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString();

test('pieces of one read share a stamp, the body is one array of its own memory', () => {
  const log = createBodyLog(100);
  const pool = Buffer.from('abcdef');
  log.add(pool.subarray(0, 3), 40, 5);
  log.add(pool.subarray(3, 5), 41, 5);
  log.add(pool.subarray(5), 50, 9);
  const { body, readUs, readBytes, ...rest } = log.finish();
  assert.equal(text(body), 'abcdef');
  assert.notEqual(body?.buffer, pool.buffer);
  assert.equal(body?.byteOffset, 0);
  assert.deepEqual([...readUs], [40, 50]);
  assert.deepEqual([...readBytes], [5, 1]);
  assert.deepEqual(rest, { truncated: false, bodyBytes: 6, firstByteUs: 40 });
});

test('whatever the cap: a prefix is kept, everything is counted', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 9 })), fc.nat(40), (words, cap) => {
      const log = createBodyLog(cap);
      const pieces = words.map((word) => Buffer.from(word));
      pieces.forEach((piece, i) => {
        log.add(piece, i, i);
      });
      const whole = Buffer.concat(pieces);
      const { body, truncated, bodyBytes, readBytes } = log.finish();
      assert.ok(body !== null && body.length <= cap && whole.subarray(0, body.length).equals(body));
      assert.equal(bodyBytes, whole.length);
      assert.equal(truncated, whole.length > cap);
      assert.equal(
        readBytes.reduce((a, b) => a + b, 0),
        whole.length,
      );
    }),
  );
});

test('no piece at all', () => {
  const { body, firstByteUs, truncated } = createBodyLog(1).finish();
  assert.deepEqual([body?.length, firstByteUs, truncated], [0, null, false]);
});
