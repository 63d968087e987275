import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createWrkStats } from '../../../src/measure/as/wrk-stats.ts';

/** stats.c of wrk 4.2.0, transcribed loop by loop over an array: what the shorter one must agree with. */
function statsC(limit: number) {
  const data = new Array<number>(limit + 1).fill(0);
  const at = (i: number): number => data[i] ?? 0;
  let [count, min, max] = [0, Number.POSITIVE_INFINITY, 0];
  return {
    record(n: number): boolean {
      if (n >= limit + 1) return false;
      data[n] = at(n) + 1;
      count += 1;
      if (n < min) min = n;
      if (n > max) max = n;
      return true;
    },
    correct(expected: number): void {
      for (let n = expected * 2; n <= max; n++) {
        for (let m = n - expected; at(n) > 0 && m > expected; m -= expected) {
          data[m] = at(m) + at(n);
          count += at(n);
        }
      }
    },
    line() {
      let sum = 0;
      for (let i = min; i <= max; i++) sum += at(i) * i;
      const mean = count === 0 ? 0 : sum / count;
      let squares = 0;
      for (let i = min; i <= max; i++) if (at(i) > 0) squares += (i - mean) ** 2 * at(i);
      const stdev = count < 2 ? 0 : Math.sqrt(squares / (count - 1));
      let inside = 0;
      for (let i = min; i <= max; i++) if (i >= mean - stdev && i <= mean + stdev) inside += at(i);
      return { mean, stdev, max, within: (inside / count) * 100 };
    },
    percentile(p: number): number {
      const rank = Math.round((p / 100) * count + 0.5);
      let total = 0;
      for (let i = min; i <= max; i++) {
        total += at(i);
        if (total >= rank) return i;
      }
      return 0;
    },
  };
}

test('it agrees with the loops of stats.c on any sample and any interval', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(320), { maxLength: 60 }),
      fc.integer({ min: 1, max: 150 }),
      (values, interval) => {
        const [ours, c] = [createWrkStats(300), statsC(300)];
        for (const value of values) assert.equal(ours.record(value), c.record(value));
        ours.correct(interval);
        c.correct(interval);
        assert.deepEqual(ours.line(), c.line());
        for (const p of [50, 75, 90, 99]) assert.equal(ours.percentile(p), c.percentile(p));
      },
    ),
  );
});

test('what the correction adds below the smallest value is counted, but no loop finds it', () => {
  const stats = createWrkStats(1_000);
  for (const value of [90, 100]) stats.record(value);
  // 100 stands also for 80 and 60, and 90 for 70 and 50: all below 90.
  stats.correct(20);
  assert.equal(stats.count, 8);
  assert.equal(stats.line().mean, 190 / 8);
  assert.equal(stats.percentile(99), 0);
});

test('the limit itself is kept, and an empty sample is zeros and NaN', () => {
  const stats = createWrkStats(10);
  assert.deepEqual(stats.line(), { mean: 0, stdev: 0, max: 0, within: Number.NaN });
  assert.deepEqual([stats.record(11), stats.record(10), stats.count], [false, true, 1]);
});
