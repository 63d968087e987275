import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invalidReasons } from '../../src/measure/invalid-reasons.ts';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import { RUN_END } from '../helpers/sample-records.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

const [good] = sampleSummaries('x') as [RunSummary];
const reasons = (overrides: Partial<RunSummary>): readonly string[] =>
  invalidReasons({ ...good, ...overrides });
const ill = (health: Partial<RunSummary['health'] & object>): readonly string[] =>
  reasons({ health: { ...RUN_END.health, ...health } });

test('a healthy run has none', () => {
  assert.deepEqual(invalidReasons(good), []);
});

test('a run that was stopped early', () => {
  assert.deepEqual(reasons({ stoppedEarly: true }), ['it was stopped early, after 1.5 s']);
});

test('answers: none at all, none ok, more than 1 % failed', () => {
  assert.deepEqual(reasons({ requests: 0, outcomes: { ok: 0 } }), ['no request was sent']);
  assert.deepEqual(reasons({ requests: 10, errors: 10, outcomes: { http_error: 10 } }), [
    'no request ended ok',
    '10 of 10 requests failed, more than 1 %',
  ]);
  assert.deepEqual(reasons({ requests: 100, errors: 1, outcomes: { ok: 99 } }), []);
  assert.equal(reasons({ requests: 100, errors: 2, outcomes: { ok: 98 } }).length, 1);
});

test('the generator: connections, occupancy, utilisation', () => {
  assert.deepEqual(ill({ connectionsOpen: 3 }), ['only 3 of 4 connections were open']);
  assert.deepEqual(ill({ occupancy: 0.9 }), ['connections held a request 90 % of the time, less than 98 %']);
  assert.deepEqual(ill({ loopUtilization: 0.85 }), [
    "the sender's event loop was busy 85 % of the time, more than 80 %",
  ]);
});

test('loop delay is held against what is measured: TTFT, or E2EL where nothing streamed', () => {
  assert.equal(ill({ loopDelayP99Ms: 5.1 }).length, 1);
  const slow = { ...good.ttftMs, p50: 300 };
  assert.deepEqual(reasons({ ttftMs: slow, health: { ...RUN_END.health, loopDelayP99Ms: 29 } }), []);
  const none = { ...good.ttftMs, p50: null, count: 0 };
  const health = { ...RUN_END.health, loopDelayP99Ms: 15 };
  assert.deepEqual(reasons({ ttftMs: none, health }), []);
});
