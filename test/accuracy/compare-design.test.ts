import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairOrder } from '../../src/compare/session/session-plan.ts';
import {
  falseAlarmsOfLooks,
  falseAlarmsOfPeeking,
  falseAlarmsOfStrayRuns,
  falseAlarmsUnderDrift,
  familyErrors,
} from '../helpers/pair-noise.ts';

/** Sessions a simulation: the standard error of 5 % is 0.2 %. */
const SESSIONS = 10_000;

const between = (share: number, low: number, high: number): void =>
  assert.ok(low <= share && share <= high, `${(share * 100).toFixed(2)} % of sessions`);

test('all looks of a sequential session together: 5 % false alarms', () => {
  between(falseAlarmsOfLooks([6, 10, 16], SESSIONS, 1), 0.043, 0.055);
});

test('other looks spend 5 % at most, and not much less', () => {
  for (const looks of [
    [6, 12],
    [4, 6, 8, 10],
    [6, 10, 16, 24],
    [3, 4, 5, 6],
  ]) {
    between(falseAlarmsOfLooks(looks, SESSIONS, 2), 0.03, 0.055);
  }
});

test('what looks are for: peeking at every pair raises a false alarm in one session of six', () => {
  between(falseAlarmsOfPeeking(16, SESSIONS, 3), 0.15, 0.25);
});

/** Places of the runs of six pairs when the order is that of `ab`. */
const ABBA = pairOrder(6, 0).map((first, k) => {
  const [early, late] = [2 * k, 2 * k + 1] as const;
  return first === 'baseline' ? ([early, late] as const) : ([late, early] as const);
});

test('A B B A keeps false alarms at 5 % where all of A before all of B does not', () => {
  const sd = 0.02;
  for (const drift of [0, 0.03, 0.1])
    between(falseAlarmsUnderDrift(ABBA, drift, sd, SESSIONS, 4), 0.01, 0.056);
  const apart = Array.from({ length: 6 }, (_, k) => [k, 6 + k] as const);
  between(falseAlarmsUnderDrift(apart, 0.03, sd, SESSIONS, 5), 0.3, 0.6);
});

test('stray runs make the interval wider, not the alarms more', () => {
  between(falseAlarmsOfStrayRuns(0.02, SESSIONS, 8), 0.01, 0.055);
});

test('Holm keeps the family of four metrics at 5 %, whether they move together or not', () => {
  for (const shared of [0, 0.5, 0.9]) {
    const { holm, uncorrected } = familyErrors(4, shared, SESSIONS, 6);
    assert.ok(holm <= 0.056, `${holm} with a correlation of ${shared}`);
    assert.ok(uncorrected > holm);
  }
  between(familyErrors(24, 0, SESSIONS / 4, 7).holm, 0.035, 0.065);
});
