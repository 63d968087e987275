import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createFailureWatch,
  joinOutcomes,
  type LoadOutcome,
  wholeShare,
} from '../../../src/replay/engine/load-spec.ts';

test('the whole load is one share whose counts begin at zero', () => {
  const { worker, workers, taken, inFlight } = wholeShare();
  assert.deepEqual([worker, workers, ...new Int32Array(taken), ...new Int32Array(inFlight)], [0, 1, 0, 0]);
});

const PART: LoadOutcome = {
  sendingEndedUs: 10,
  endedUs: 20,
  stoppedEarly: false,
  busyUs: 5,
  rampUs: 1,
  lagsUs: Float64Array.of(1, 2),
  lateByCap: 1,
  retried: [7],
  retryAfter: { answers: 1, longestMs: 5 },
};

test('counts add up, instants are the last of all, one stop stops all', () => {
  const other = { ...PART, endedUs: 30, rampUs: 4, stoppedEarly: true, lagsUs: Float64Array.of(9) };
  assert.deepEqual(joinOutcomes([PART, other]), {
    sendingEndedUs: 10,
    endedUs: 30,
    stoppedEarly: true,
    busyUs: 10,
    rampUs: 4,
    lagsUs: Float64Array.of(1, 2, 9),
    lateByCap: 2,
    retried: [7, 7],
    retryAfter: { answers: 2, longestMs: 5 },
  });
});

test('an open loop has no ramp', () => {
  assert.equal(joinOutcomes([{ ...PART, rampUs: null }]).rampUs, null);
});

test('a run is given up when more than the share of at least 50 answers failed', () => {
  const { answers } = wholeShare();
  let stops = 0;
  const watch = createFailureWatch(answers, 0.5, () => {
    stops += 1;
  });
  for (let n = 0; n < 49; n++) watch(true);
  assert.equal(stops, 0);
  watch(true);
  assert.equal(stops, 1);
  const off = createFailureWatch(answers, null, () => assert.fail());
  off(true);
});
