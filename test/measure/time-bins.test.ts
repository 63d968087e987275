import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTimeBins, MAX_BINS } from '../../src/measure/time-bins.ts';

test('instants are counted in their bin, intervals by the part of them that lies in it', () => {
  const bins = createTimeBins(4_000_000, ['x']);
  bins.count('x', 0);
  bins.count('x', 49_999, 2);
  bins.count('x', 50_000, 5);
  bins.last('x', 25_000, 125_000, 3);
  const { binUs, widthUs, counted, lasted } = bins.figures();
  assert.equal(binUs, 50_000);
  assert.deepEqual(counted.x.slice(0, 3), [3, 5, 0]);
  assert.deepEqual(lasted.x.slice(0, 4), [75_000, 150_000, 75_000, 0]);
  assert.equal(widthUs.length, 80);
});

test('the last bin is as wide as the rest of the time', () => {
  const { widthUs } = createTimeBins(125_000, ['x']).figures();
  assert.equal(widthUs.at(-1), 5_000);
});

test('bins of unknown length double until everything fits, and lose nothing', () => {
  const interval = fc.tuple(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 1e8 }));
  fc.assert(
    fc.property(fc.array(interval, { minLength: 1, maxLength: 50 }), (intervals) => {
      const bins = createTimeBins(null, ['x']);
      let total = 0;
      for (const [from, length] of intervals) {
        bins.count('x', from);
        bins.last('x', from, from + length);
        total += length;
      }
      const { startUs, counted, lasted } = bins.figures();
      assert.ok(startUs.length <= MAX_BINS);
      assert.equal(
        counted.x.reduce((sum, n) => sum + n, 0),
        intervals.length,
      );
      const lastedUs = lasted.x.reduce((sum, n) => sum + n, 0);
      assert.ok(Math.abs(lastedUs - total) < 1, `${lastedUs} against ${total}`);
    }),
  );
});
