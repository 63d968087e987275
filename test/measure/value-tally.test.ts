import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sampleStats } from '../../src/measure/sample-stats.ts';
import { createValueTally } from '../../src/measure/value-tally.ts';

test('a tally gives the figures of the list that it counts', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 9 })), { maxLength: 200 }),
      (pairs) => {
        const tally = createValueTally();
        for (const [value, times] of pairs) tally.add(value, times);
        const list = pairs.flatMap(([value, times]) => new Array<number>(times).fill(value));
        const { mean, stdev, ...exact } = sampleStats(Float64Array.from(list).sort());
        const found = tally.stats();
        assert.deepEqual({ ...found, mean: 0, stdev: 0 }, { ...exact, mean: 0, stdev: 0 });
        assert.ok(Math.abs((found.mean ?? 0) - (mean ?? 0)) < 1e-9);
        assert.ok(Math.abs((found.stdev ?? 0) - (stdev ?? 0)) < 1e-9);
      },
    ),
  );
});

test('a value counts once unless more is said', () => {
  const tally = createValueTally();
  tally.add(3);
  tally.add(5, 2);
  assert.deepEqual([tally.stats().count, tally.stats().p50], [3, 5]);
});
