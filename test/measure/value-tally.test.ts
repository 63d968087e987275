import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sampleStats } from '../../src/measure/sample-stats.ts';
import { createValueTally } from '../../src/measure/value-tally.ts';

/** Whole and broken numbers, on both sides of the largest that is counted in place. */
const VALUES = fc.oneof(fc.nat(50), fc.constantFrom(0.5, 1.25, 65_535, 65_535.5, 65_536, 1e9));

test('a tally gives the figures of the list that it counts', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(VALUES, fc.integer({ min: 1, max: 9 })), { maxLength: 200 }), (pairs) => {
      const tally = createValueTally();
      for (const [value, times] of pairs) tally.add(value, times);
      const list = pairs.flatMap(([value, times]) => new Array<number>(times).fill(value));
      const { mean, stdev, ...exact } = sampleStats(Float64Array.from(list).sort());
      const found = tally.stats();
      assert.deepEqual({ ...found, mean: 0, stdev: 0 }, { ...exact, mean: 0, stdev: 0 });
      assert.ok(Math.abs((found.mean ?? 0) - (mean ?? 0)) <= 1e-9 * (mean ?? 0));
      assert.ok(Math.abs((found.stdev ?? 0) - (stdev ?? 0)) <= 1e-9 * (stdev ?? 0) + 1e-9);
    }),
  );
});

test('a value counts once unless more is said', () => {
  const tally = createValueTally();
  tally.add(3);
  tally.add(5, 2);
  assert.deepEqual([tally.stats().count, tally.stats().p50], [3, 5]);
});

test('figures in another unit than the values', () => {
  const tally = createValueTally();
  for (const us of [1_500, 2_500, 80_000_000]) tally.add(us);
  const { p50, max, mean } = tally.stats(1e3);
  assert.deepEqual([p50, max, mean], [2.5, 80_000, (1.5 + 2.5 + 80_000) / 3]);
});

test('what another one counted is added', () => {
  fc.assert(
    fc.property(fc.array(VALUES), fc.array(VALUES), (some, others) => {
      const [both, one, other] = [createValueTally(), createValueTally(), createValueTally()];
      for (const value of some) one.add(value);
      for (const value of others) other.add(value);
      for (const value of [...some, ...others]) both.add(value);
      one.addAll(other);
      assert.deepEqual(one.stats(), both.stats());
    }),
  );
});
