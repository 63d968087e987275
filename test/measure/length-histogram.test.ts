import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lengthHistogram } from '../../src/measure/length-histogram.ts';

const histogramOf = (values: readonly number[]) => lengthHistogram(Float64Array.from(values).sort());

test('buckets grow as 1, 2, 5, 10, from the first that holds something to the last', () => {
  assert.deepEqual(histogramOf([13, 14, 60, 600]), [
    { from: 11, to: 20, count: 2 },
    { from: 21, to: 50, count: 0 },
    { from: 51, to: 100, count: 1 },
    { from: 101, to: 200, count: 0 },
    { from: 201, to: 500, count: 0 },
    { from: 501, to: 1000, count: 1 },
  ]);
  assert.deepEqual(histogramOf([]), []);
  assert.deepEqual(histogramOf([0, 1]), [
    { from: 0, to: 0, count: 1 },
    { from: 1, to: 1, count: 1 },
  ]);
});

test('every value is in exactly one bucket, and buckets follow each other without a gap', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(200_000), { minLength: 1 }), (values) => {
      const buckets = histogramOf(values);
      for (const [i, { from, to, count }] of buckets.entries()) {
        assert.equal(count, values.filter((value) => value >= from && value <= to).length);
        if (i > 0) assert.equal(from, (buckets[i - 1]?.to ?? 0) + 1);
      }
      assert.equal(
        buckets.reduce((sum, { count }) => sum + count, 0),
        values.length,
      );
    }),
  );
});
