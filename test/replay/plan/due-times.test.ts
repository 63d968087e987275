import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arrivals } from '../../../src/model/run.ts';
import { createDueTimes } from '../../../src/replay/plan/due-times.ts';
import type { RecordedTurn } from '../../../src/replay/plan/plan.ts';

const turn = (arrivedUs: number, finishedUs = arrivedUs + 1): RecordedTurn => ({
  request: 0,
  arrivedUs,
  finishedUs,
});
/** Three conversations of five requests. */
const TAPE = [[turn(1_000)], [turn(2_000), turn(9_000), turn(9_500)], [turn(4_000)]];

function times(arrivals: Arrivals, count: number, seed = 1): readonly number[] {
  const dueUs = createDueTimes(arrivals, TAPE, seed);
  return Array.from({ length: count }, (_, i) => dueUs(i));
}

test('recorded arrivals begin at zero, are scaled, and come again after one mean gap', () => {
  assert.deepEqual(
    times({ kind: 'recorded', timeScale: 1 }, 7),
    [0, 1_000, 3_000, 4_500, 5_500, 7_500, 9_000],
  );
  assert.deepEqual(
    times({ kind: 'recorded', timeScale: 2 }, 4),
    [0, 500, 1_500, 2_250],
    '2 is twice as fast',
  );
  assert.deepEqual(times({ kind: 'recorded', timeScale: 0.5 }, 3), [0, 2_000, 6_000]);
});

test('a recording without a span is repeated when its last answer had come, not all at once', () => {
  const dueUs = createDueTimes({ kind: 'recorded', timeScale: 1 }, [[turn(7, 3_000_007)]], 1);
  assert.deepEqual([dueUs(0), dueUs(1), dueUs(2)], [0, 3_000_000, 6_000_000]);
  const burst = createDueTimes({ kind: 'recorded', timeScale: 1 }, [[turn(7)], [turn(7)]], 1);
  assert.deepEqual([burst(1), burst(2), burst(4)], [0, 1_000_000, 2_000_000]);
});

test('a constant rate counts requests: conversations of 5/3 turns begin so much more seldom, without drift', () => {
  assert.deepEqual(times({ kind: 'constant', ratePerSec: 10 }, 4), [0, 166_667, 333_333, 500_000]);
  const dueUs = createDueTimes({ kind: 'constant', ratePerSec: 10 }, TAPE, 1);
  assert.equal(dueUs(3_000_000), 500_000_000_000);
});

test('random arrivals have the rate and the spread that was asked, and their seed alone decides them', () => {
  for (const cv of [0.5, 1, 2]) {
    const arrivals: Arrivals = { kind: 'gamma', ratePerSec: 100, cv };
    const due = times(arrivals, 20_000);
    const gaps = due.map((at, i) => at - (due[i - 1] ?? 0));
    const mean = (due.at(-1) ?? 0) / gaps.length;
    const sd = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    // A conversation has 5/3 requests: 60 a second are 100 requests a second. Five standard errors of the mean.
    assert.ok(Math.abs(mean / (1e6 / 60) - 1) < (5 * cv) / Math.sqrt(20_000), `mean ${mean} at cv ${cv}`);
    assert.ok(Math.abs(sd / mean / cv - 1) < 0.1, `cv ${sd / mean} for ${cv}`);
    assert.notDeepEqual(due.slice(0, 5), times(arrivals, 5, 2));
  }
  assert.deepEqual(
    times({ kind: 'poisson', ratePerSec: 3 }, 9),
    times({ kind: 'gamma', ratePerSec: 3, cv: 1 }, 9),
  );
});
