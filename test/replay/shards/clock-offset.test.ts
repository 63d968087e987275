import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clockOffset } from '../../../src/replay/shards/clock-offset.ts';

/** One way of a message, microseconds. */
const way = fc.double({ min: 0, max: 50_000, noNaN: true });

test('the offset is never further off than its uncertainty, however unequal the two ways are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ there: way, back: way }), { minLength: 1, maxLength: 16 }),
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      (ways, trueOffsetUs) => {
        const samples = ways.map(({ there, back }, i) => {
          const sentUs = 1e6 * i;
          return { sentUs, theirUs: sentUs + there - trueOffsetUs, receivedUs: sentUs + there + back };
        });
        const { offsetUs, uncertaintyUs } = clockOffset(samples);
        assert.ok(Math.abs(offsetUs - trueOffsetUs) <= uncertaintyUs + 1e-3);
        assert.ok(uncertaintyUs <= Math.min(...ways.map(({ there, back }) => (there + back) / 2)) + 1e-6);
      },
    ),
  );
});

test('of several samples the one of the shortest round trip counts', () => {
  const samples = [
    { sentUs: 0, theirUs: 900, receivedUs: 1000 },
    { sentUs: 2000, theirUs: 2007, receivedUs: 2010 },
  ];
  assert.deepEqual(clockOffset(samples), { offsetUs: -2, uncertaintyUs: 5 });
  assert.throws(() => clockOffset([]), RangeError);
});
