import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isValid, type Run } from '../../src/model/run.ts';

const END = {
  windowUs: 1,
  endedUs: 1,
  stoppedEarly: false,
  health: {
    connectionsOpen: 1,
    loopDelayP99Ms: 0,
    loopDelayMaxMs: 0,
    loopUtilization: 0,
    cpuSeconds: 0,
    occupancy: 1,
  },
  invalidReasons: [],
};

const RUN: Run = {
  id: 1,
  label: 'a',
  target: 'http://127.0.0.1:1',
  cell: { threads: 1, connections: 1 },
  startedAtMs: 0,
  startedUs: 0,
  settings: { durationUs: 1, requests: null, timeoutUs: 1, repeat: 1, exchanges: 1, skipped: {} },
  toolVersion: '0',
  end: END,
};

test('a run that never ended, or with a reason against it, is not valid', () => {
  assert.equal(isValid(RUN), true);
  assert.equal(isValid({ ...RUN, end: null }), false);
  assert.equal(isValid({ ...RUN, end: { ...END, invalidReasons: ['x'] } }), false);
});
