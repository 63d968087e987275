import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MetricComparison } from '../../src/compare/comparison.ts';
import { playSessions, type Tally } from '../helpers/verdict-power.ts';
import { SAME } from '../helpers/virtual-session.ts';

/**
 * What `ab` promises, held against a truth that is known: sessions of 6 pairs of 200 requests at 20 connections, with
 * a noise of 2 % between the runs of a pair. `node test/bench/verdict-power.ts` does the same with more sessions.
 */

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Asserts one figure of every gating metric. */
function each({ metrics }: Tally, of: 'alarms' | 'covered' | 'regressions', low: number, high: number): void {
  assert.equal(metrics.length, 4);
  for (const { key, [of]: share } of metrics) {
    assert.ok(low <= share && share <= high, `${key}: ${of} ${percent(share)}`);
  }
}

test('equal servers: 5 % false alarms, 95 % coverage, next to no verdict of regression', () => {
  const tally = playSessions(600, 1, { pairs: 6 }, () => 1);
  each(tally, 'alarms', 0.02, 0.08);
  each(tally, 'covered', 0.93, 0.97);
  each(tally, 'regressions', 0, 0.01);
  assert.ok((tally.verdicts.regression ?? 0) <= 0.01, `${tally.verdicts.regression} sessions`);
  assert.ok(tally.anyRejected <= 0.065, `Holm: ${percent(tally.anyRejected)}`);
  assert.ok((tally.verdicts.invalid ?? 0) <= 0.01, `${tally.verdicts.invalid} sessions`);
});

test('a server 5 % slower: every gating metric finds it in four sessions of five, and covers it', () => {
  const slower = { ...SAME, prefill: 1.05, decode: 1.05 };
  const truth = ({ better }: MetricComparison): number => (better === 'lower' ? 1.05 : 1 / 1.05);
  const tally = playSessions(500, 2, { pairs: 6, candidate: slower }, truth);
  each(tally, 'regressions', 0.8, 1);
  each(tally, 'covered', 0.93, 0.97);
  assert.ok((tally.verdicts.regression ?? 0) >= 0.95, `${tally.verdicts.regression} sessions`);
});

test('2 % of requests that stall for 500 ms: the tail of the waits finds them in nine sessions of ten', () => {
  const stalling = { ...SAME, stalls: { share: 0.02, ms: 500 } };
  const tally = playSessions(200, 3, { pairs: 6, candidate: stalling }, () => 1);
  const waits = tally.metrics.find(({ key }) => key === 'longestStall');
  assert.ok((waits?.regressions ?? 0) >= 0.9, percent(waits?.regressions ?? 0));
  for (const { key, regressions } of tally.metrics) {
    if (key !== 'longestStall') assert.ok(regressions < 0.05, `${key}: ${percent(regressions)}`);
  }
});
