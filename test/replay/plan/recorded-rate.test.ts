import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordedPeriodUs, recordedRatePerSec, requestsOf } from '../../../src/replay/plan/recorded-rate.ts';

const turn = (arrivedUs: number, finishedUs: number) => ({ request: 0, arrivedUs, finishedUs });

test('the period is the span of first arrivals and one mean gap; the rate counts requests', () => {
  const tape = [[turn(0, 1)], [turn(1e6, 2e6), turn(9e6, 9e6)], [turn(4e6, 5e6)]];
  assert.equal(recordedPeriodUs(tape), 6e6);
  assert.equal(requestsOf(tape), 4);
  assert.equal(recordedRatePerSec(tape), 4 / 6);
});

test('without a span: until the last answer, at least a second', () => {
  assert.equal(recordedPeriodUs([[turn(5e6, 6e6), turn(7e6, 9e6)]]), 4e6);
  assert.equal(recordedPeriodUs([[turn(5, 6)], [turn(5, 9)]]), 1e6);
});
