import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BodyLog, joinParts, type LoggedBody } from '../../src/model/body-log.ts';

function add(log: BodyLog, piece: string, atUs: number, mark: number): void {
  const bytes = Buffer.from(piece);
  log.add(bytes, 0, bytes.length, atUs, mark);
}

const text = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString();

test('pieces of one read share a stamp, the body is one array of its own memory', () => {
  const log = new BodyLog(100);
  const pool = Buffer.from('abcdef');
  log.add(pool, 0, 3, 40, 5);
  log.add(pool, 3, 5, 41, 5);
  log.add(pool, 5, 6, 50, 9);
  const { body, readUs, readBytes, ...rest } = log.take();
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
      const log = new BodyLog(cap);
      const pieces = words.map((word) => Buffer.from(word));
      pieces.forEach((piece, i) => {
        log.add(piece, 0, piece.length, i, i);
      });
      const whole = Buffer.concat(pieces);
      const { body, truncated, bodyBytes, readBytes } = log.take();
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
  const { body, firstByteUs, truncated } = new BodyLog(1).take();
  assert.deepEqual([body?.length, firstByteUs, truncated], [0, null, false]);
});

test('taken in parts or not, the whole is the same', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 9 }), fc.boolean())),
      fc.nat(60),
      (steps, cap) => {
        const [inParts, atOnce] = [new BodyLog(cap), new BodyLog(cap)];
        const parts: LoggedBody[] = [];
        for (const [i, [word, take]] of steps.entries()) {
          for (const log of [inParts, atOnce]) add(log, word, i, i);
          if (take) parts.push(inParts.take());
        }
        assert.deepEqual(joinParts(parts, inParts.rest()), atOnce.take());
      },
    ),
  );
});

test('beyond the most reads their bytes are counted to the last one and the body counts as cut', () => {
  const log = new BodyLog(1_000, 3);
  for (let i = 0; i < 10; i++) add(log, 'ab', i, i);
  const { body, readUs, readBytes, truncated, bodyBytes } = log.take();
  assert.deepEqual([[...readUs], [...readBytes], body?.length], [[0, 1, 2], [2, 2, 16], 6]);
  assert.deepEqual([truncated, bodyBytes], [true, 20]);
});

test('a log is full by bytes or by reads', () => {
  const bytes = new BodyLog(10_000_000);
  bytes.add(Buffer.alloc(262_144), 0, 262_144, 0, 0);
  const reads = new BodyLog(10_000_000);
  for (let i = 0; i < 8_192; i++) add(reads, '.', i, i);
  assert.deepEqual([bytes.isFull(), reads.isFull(), new BodyLog(10).isFull()], [true, true, false]);
  bytes.take();
  assert.equal(bytes.isFull(), false);
});

test('a log that begins again knows nothing of the body before', () => {
  const log = new BodyLog(4);
  add(log, 'abcdef', 10, 1);
  log.take();
  add(log, 'gh', 20, 2);
  log.restart();
  add(log, 'xy', 30, 2);
  const taken = log.take();
  assert.deepEqual(
    {
      ...taken,
      body: Buffer.from(taken.body ?? []).toString(),
      readUs: [...taken.readUs],
      readBytes: [...taken.readBytes],
    },
    { body: 'xy', truncated: false, bodyBytes: 2, firstByteUs: 30, readUs: [30], readBytes: [2] },
  );
});

test('a long body has separate memory of exactly its size, and the next one starts empty', () => {
  const log = new BodyLog(Number.POSITIVE_INFINITY);
  const piece = Buffer.from('0123456789'.repeat(100));
  const long = piece.toString().repeat(40);
  for (let i = 0; i < 40; i++) log.add(piece, 0, piece.length, i, i);
  const { body } = log.take();
  assert.equal(text(body), long);
  assert.equal(body?.buffer.byteLength, long.length);
  log.restart();
  log.add(piece, 0, 3, 50, 50);
  assert.equal(text(log.take().body), '012');
  assert.equal(text(body), long);
});
