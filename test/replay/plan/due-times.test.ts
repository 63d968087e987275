import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arrivals } from '../../../src/model/run.ts';
import {
  connectionsAtStart,
  createDueTimes,
  recordedRatePerSec,
  requestsOf,
} from '../../../src/replay/plan/due-times.ts';
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

test('a constant rate counts requests: conversations of 5/3 turns start less often by that factor, without drift', () => {
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

test('the recorded rate counts requests over the span of first arrivals and one mean gap', () => {
  const tape = [[turn(0, 1)], [turn(1e6, 2e6), turn(9e6, 9e6)], [turn(4e6, 5e6)]];
  assert.equal(requestsOf(tape), 4);
  assert.equal(recordedRatePerSec(tape), 4 / 6);
});

test('without a span it counts them until the last answer, at least for a second', () => {
  assert.equal(recordedRatePerSec([[turn(5e6, 6e6), turn(7e6, 9e6)]]), 2 / 4);
  assert.equal(recordedRatePerSec([[turn(5, 6)], [turn(5, 9)]]), 2);
});

/** Three at once from 2 s to 3 s, then one; 2.75 s in flight on average. */
const OVERLAPPING = [[turn(0, 4e6), turn(4e6, 6e6)], [turn(1e6, 3e6)], [turn(2e6, 5e6)]];

test('connections at the start: recorded arrivals scale the peak; a rate takes twice the mean of Little', () => {
  assert.equal(connectionsAtStart({ kind: 'recorded', timeScale: 1 }, OVERLAPPING, null), 3);
  assert.equal(connectionsAtStart({ kind: 'recorded', timeScale: 2.5 }, OVERLAPPING, null), 8);
  assert.equal(connectionsAtStart({ kind: 'poisson', ratePerSec: 2 }, OVERLAPPING, null), 11);
});

test('connections at the start: at least one, at most 200 or those that may be in flight', () => {
  assert.equal(connectionsAtStart({ kind: 'recorded', timeScale: 0.01 }, [[turn(0, 0)]], null), 1);
  assert.equal(connectionsAtStart({ kind: 'constant', ratePerSec: 1e4 }, OVERLAPPING, null), 200);
  assert.equal(connectionsAtStart({ kind: 'constant', ratePerSec: 1e4 }, OVERLAPPING, 7), 7);
});
