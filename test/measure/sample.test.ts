import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  createNumberColumn,
  createValueTally,
  inRisingOrder,
  NO_SAMPLE,
  numberAtRank,
  percentile,
  risingPlaces,
  sampleStats,
  sufficientSample,
  sufficientStats,
} from '../../src/measure/sample.ts';
import { createRandom } from '../../src/model/random.ts';

test('an empty sample has no figures, one value no deviation', () => {
  assert.deepEqual(sampleStats(new Float64Array(0)), NO_SAMPLE);
  assert.equal(sampleStats(Float64Array.of(3)).stdev, null);
});

test('mean, sample deviation and nearest ranks of a known sample', () => {
  const stats = sampleStats(Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9));
  assert.equal(stats.mean, 5);
  assert.ok(Math.abs((stats.stdev ?? 0) - Math.sqrt(32 / 7)) < 1e-12);
  assert.deepEqual([stats.p50, stats.p90, stats.p95, stats.p99, stats.max], [4, 9, 9, 9, 9]);
  const hundred = Float64Array.from({ length: 100 }, (_, i) => i + 1);
  assert.deepEqual(
    [percentile(hundred, 50), percentile(hundred, 99), percentile(hundred, 100)],
    [50, 99, 100],
  );
});

test('a percentile is a value of the sample with at least p % at or below it, and none smaller is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.constantFrom(50, 90, 95, 99),
      (values, p) => {
        const sorted = Float64Array.from(values).sort();
        const found = percentile(sorted, p) ?? Number.NaN;
        const below = sorted.filter((x) => x < found).length;
        const upTo = sorted.filter((x) => x <= found).length;
        assert.ok(upTo * 100 >= p * sorted.length);
        assert.ok(below * 100 < p * sorted.length);
      },
    ),
  );
});

test('what a percentile needs follows from MLPerf’s inequality, one value over', () => {
  // The least n with P(at most one of n values lies above the percentile) <= 1 %, by the binomial distribution.
  const least = (p: number): number => {
    const tail = (n: number): number => p ** n + n * p ** (n - 1) * (1 - p);
    let n = 2;
    while (tail(n) > 0.01) n += 1;
    return n;
  };
  for (const p of [50, 66.6, 90, 95, 99, 99.9])
    assert.equal(sufficientSample(`p${p}`), least(p / 100), `p${p}`);
  assert.equal(sufficientSample('p1'), least(0.5));
});

test('outputs show no percentile that the sample does not carry', () => {
  const stats = (n: number): (number | null)[] => {
    const { p50, p90, p95, p99, max, count } = sufficientStats(sampleStats(new Float64Array(n).fill(7)));
    return [p50, p90, p95, p99, max, count];
  };
  assert.deepEqual(stats(10), [null, null, null, null, 7, 10]);
  assert.deepEqual(stats(11), [7, null, null, null, 7, 11]);
  assert.deepEqual(stats(130), [7, 7, 7, null, 7, 130]);
  assert.deepEqual(stats(662), [7, 7, 7, 7, 7, 662]);
});

test('percentiles beside the usual ones are kept alike by samples and tallies, and judged by their own size', () => {
  const values = Float64Array.from({ length: 7000 }, (_, i) => i + 1);
  const asked = ['p10', 'p99.9'] as const;
  const stats = sampleStats(values, undefined, asked);
  assert.deepEqual([stats.p10, stats['p99.9'], stats.p50], [700, 6993, 3500]);
  const tally = createValueTally();
  for (const value of values) tally.add(value);
  assert.deepEqual(tally.stats(1, asked), stats);
  assert.equal(sufficientStats(stats)['p99.9'], 6993);
  const few = sufficientStats(sampleStats(values.subarray(0, 6000), undefined, asked));
  assert.deepEqual([few.p10, few['p99.9']], [600, null]);
  assert.equal(sampleStats(new Float64Array(0), undefined, asked)['p99.9'], null);
});

test('it grows past its first block and sorts numerically', () => {
  const column = createNumberColumn();
  for (let i = 5000; i > 0; i--) column.push(i);
  assert.equal(column.length, 5000);
  const sorted = column.sorted();
  assert.equal(sorted.length, 5000);
  assert.deepEqual([sorted[0], sorted[9], sorted[4999]], [1, 10, 5000]);
  column.push(0);
  assert.deepEqual([...column.sorted().subarray(0, 3)], [0, 1, 2]);
});

/** Milliseconds of which most are whole microseconds, some not, and some beyond what four bytes hold. */
const MILLISECONDS = fc.oneof(
  { weight: 8, arbitrary: fc.nat(6_000_000).map((us) => us / 1e3) },
  { weight: 1, arbitrary: fc.constantFrom(0.1234567, 1 / 3, -2.5, 4_294_967.295, 4_294_967.296, 9e9) },
);

test('a column of milliseconds gives the figures of the plain list, to the bit', () => {
  for (const value of [fc.nat(6_000_000).map((us) => us / 1e3), MILLISECONDS]) {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), fc.array(value, { maxLength: 3 }), (first, later) => {
        const column = createNumberColumn(1e3);
        let all: number[] = [];
        for (const more of [first, later]) {
          for (const ms of more) column.push(ms);
          all = [...all, ...more];
          const sorted = Float64Array.from(all).sort();
          assert.deepEqual(column.stats(['p10']), sampleStats(sorted, undefined, ['p10']));
          assert.deepEqual(column.sorted(), sorted);
          assert.equal(column.length, all.length);
        }
      }),
    );
  }
});

test('ranks, and places of equal numbers in the order that they were given in, of few numbers and of many', () => {
  const value = fc.oneof(fc.nat(9), fc.nat(2 ** 32 - 1), fc.constantFrom(65_535, 65_536, 2 ** 33, 0.5, -3));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 50 }), fc.constantFrom(1, 600), (some, least) => {
      const list = Array.from({ length: Math.max(some.length, least) }, (_, i) => some[i % some.length] ?? 0);
      const column = createNumberColumn();
      for (const one of list) column.push(one);
      const rising = list.toSorted((a, b) => a - b);
      for (const rank of [0, rising.length >> 1, rising.length - 1])
        assert.equal(numberAtRank(column.values(), rank), rising[rank]);
      assert.equal(numberAtRank(column.values(), list.length), 0);
      const key = (place: number): number => Math.floor((list[place] ?? 0) - (rising[0] ?? 0));
      assert.deepEqual(
        [...risingPlaces(column.values())],
        [...list.keys()].sort((a, b) => key(a) - key(b)),
      );
      assert.deepEqual(column.sorted(), Float64Array.from(rising));
    }),
    { numRuns: 50 },
  );
});

test('numbers of every kind are put in the order of the engine', () => {
  const number = fc.oneof(
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.integer({ min: -5, max: 300 }),
    fc.double({ min: 19, max: 21, noNaN: true }),
    fc.constantFrom(
      0,
      5e-324,
      1e-300,
      1e300,
      -1.7e308,
      1.7e308,
      60_000,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ),
  );
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 40 }), fc.nat(), (made, seed) => {
      // Zero alone: the engine puts the negative one first.
      const some = made.map((value) => value + 0);
      const random = createRandom(seed);
      const many = Float64Array.from({ length: 2_000 }, (_, i) =>
        i % 3 === 0 ? random.gaussian(20, 1) : (some[i % some.length] ?? 0),
      );
      for (const numbers of [many, many.subarray(0, 100), Float64Array.from(some)]) {
        const copy = numbers.slice();
        // The text of a difference between thousands of numbers takes minutes.
        assert.ok(isDeepStrictEqual([inRisingOrder(numbers), numbers], [copy.toSorted(), copy]));
      }
    }),
    { numRuns: 60 },
  );
});

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
