import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invalidReasons, isSpoiledByClient } from '../../src/measure/invalid-reasons.ts';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import { serverFigures } from '../../src/measure/server/server-figures.ts';
import type { InvalidReason } from '../../src/model/note.ts';
import type { RunHealth } from '../../src/model/run.ts';
import { RUN_END } from '../helpers/sample-records.ts';
import { OPEN_LOAD, sampleSummaries } from '../helpers/sample-runs.ts';

/** A window of 1.5 s, TTFT 30 ms, a token each 10 ms. */
const [good] = sampleSummaries('x') as [RunSummary];
const open: RunSummary = { ...good, settings: { ...good.settings, load: OPEN_LOAD } };

const reasons = (overrides: Partial<RunSummary>): readonly InvalidReason[] =>
  invalidReasons({ ...good, ...overrides });
const ill = (health: Partial<RunHealth>, of = good): readonly InvalidReason[] =>
  invalidReasons({ ...of, health: { ...RUN_END.health, ...health } });

test('a healthy run has none', () => {
  assert.deepEqual(invalidReasons(good), []);
  assert.deepEqual(invalidReasons(open), []);
});

test('a run that was stopped early', () => {
  assert.deepEqual(reasons({ stoppedEarly: true }), [{ kind: 'stoppedEarly', afterMs: 1_500 }]);
});

test('answers: none at all, none ok, more than 1 % failed, with the most frequent error', () => {
  const none = { requests: 0, outcomes: { ok: 0 } };
  assert.deepEqual(reasons({ ...none, health: null }), [{ kind: 'noRequestSent' }]);
  assert.deepEqual(reasons(none), [{ kind: 'noneAnswered' }], 'the connections were busy');
  const errorKinds = [
    { outcome: 'http_error', status: 503, code: null, error: 'overloaded', count: 9 },
  ] as const;
  assert.deepEqual(reasons({ requests: 10, errors: 10, outcomes: { http_error: 10 }, errorKinds }), [
    { kind: 'noneSucceeded' },
    {
      kind: 'requestsFailed',
      failed: 10,
      requests: 10,
      limit: 0.01,
      mostOften: { outcome: 'http_error', status: 503, code: null, error: 'overloaded' },
    },
  ]);
  assert.deepEqual(reasons({ requests: 100, errors: 1, outcomes: { ok: 99 } }), []);
  assert.equal(reasons({ requests: 100, errors: 2, outcomes: { ok: 98 } }).length, 1);
});

test('planned aborts are neither errors nor requests that could fail', () => {
  const aborts = { requests: 150, plannedAborts: 50, outcomes: { ok: 98, client_aborted: 50 } };
  assert.deepEqual(reasons({ ...aborts, errors: 1 }), []);
  assert.deepEqual(reasons({ ...aborts, errors: 2 }), [
    { kind: 'requestsFailed', failed: 2, requests: 100, limit: 0.01, mostOften: null },
  ]);
  assert.deepEqual(reasons({ requests: 5, plannedAborts: 5, outcomes: { ok: 0, client_aborted: 5 } }), []);
});

test('the sender: connections, occupancy, utilisation, and what to do', () => {
  assert.deepEqual(ill({ connectionsOpen: 3 }), [{ kind: 'connectionsMissing', open: 3, asked: 4 }]);
  assert.deepEqual(ill({ occupancy: 0.9 }), [
    { kind: 'connectionsIdle', occupancy: 0.9, limit: 0.98, tryWorkers: 2 },
  ]);
  const busy = { kind: 'loopBusy', utilization: 0.85, limit: 0.8, tryWorkers: 2 } as const;
  assert.deepEqual(ill({ loopUtilization: 0.85 }), [busy]);
  const four = { ...good, settings: { ...good.settings, workers: 4 } };
  assert.deepEqual(ill({ loopUtilization: 0.85 }, four), [{ ...busy, tryWorkers: 8 }]);
});

test('wrk opens whole numbers of connections a thread: the rest is not missed', () => {
  const settings = { ...good.settings, load: { kind: 'closed', semantics: 'wrk' } as const };
  const wrk = { ...good, cell: { threads: 3, connections: 10 }, settings };
  assert.deepEqual(ill({ connectionsOpen: 9, occupancy: 0.89 }, wrk), []);
  assert.deepEqual(ill({ connectionsOpen: 8, occupancy: 0.89 }, wrk), [
    { kind: 'connectionsMissing', open: 8, asked: 9 },
  ]);
  const [idle] = ill({ connectionsOpen: 9, occupancy: 0.8 }, wrk);
  assert.ok(idle?.kind === 'connectionsIdle' && Math.abs(idle.occupancy - 8 / 9) < 1e-12);
});

test('loop delay is held against what is measured: TTFT, or E2EL where nothing streamed, and a token’s gap', () => {
  assert.deepEqual(ill({ loopDelayP99Ms: 5.1 }), [
    { kind: 'loopLate', p99Ms: 5.1, limitMs: 5, tryWorkers: 2 },
  ]);
  const slow = { ...good, ttftMs: { ...good.ttftMs, p50: 300 }, itlMs: { ...good.itlMs, p50: 50 } };
  assert.deepEqual(ill({ loopDelayP99Ms: 29 }, slow), []);
  assert.equal(ill({ loopDelayP99Ms: 31 }, slow).length, 1);
  // Gaps of 10 ms are a matter of chance when stamps are 15 ms late, however long the first token took.
  assert.equal(ill({ loopDelayP99Ms: 15 }, { ...slow, itlMs: good.itlMs }).length, 1);
  const none = { ...good.ttftMs, p50: null, count: 0 };
  const plain = { ...good, ttftMs: none, itlMs: none };
  assert.deepEqual(ill({ loopDelayP99Ms: 15 }, plain), []);
});

test('an open loop behind its plan: over 1 ms and 1 % of TTFT', () => {
  assert.deepEqual(ill({ scheduleLagP99Ms: 0.9 }, open), []);
  assert.deepEqual(ill({ scheduleLagP99Ms: 1.2 }, open), [
    { kind: 'requestsLate', p99Ms: 1.2, limitMs: 1, tryWorkers: 2 },
  ]);
  const slow = { ...open, ttftMs: { ...open.ttftMs, p50: 300 } };
  assert.deepEqual(ill({ scheduleLagP99Ms: 2.9 }, slow), []);
  assert.equal(ill({ scheduleLagP99Ms: 3.1 }, slow).length, 1);
});

test('a cap that held back more than 1 % closed the loop; its lag is not reported twice', () => {
  const many = { ...open, requests: 200, outcomes: { ok: 200 } };
  assert.deepEqual(ill({ lateByCap: 2 }, many), []);
  assert.deepEqual(ill({ lateByCap: 3, scheduleLagP99Ms: 900 }, many), [
    { kind: 'throttled', waited: 3, requests: 200, limit: 0.01 },
  ]);
});

test('a ramp longer than 100 ms and 5 % of the window', () => {
  assert.deepEqual(ill({ rampMs: 99 }), []);
  assert.deepEqual(ill({ rampMs: 120 }), [{ kind: 'slowRamp', rampMs: 120, limitMs: 100 }]);
  assert.deepEqual(ill({ rampMs: 120 }, { ...good, durationMs: 60_000 }), []);
  assert.deepEqual(ill({ rampMs: null }, open), []);
});

test('a drain longer than the window of a run that a duration bounds', () => {
  assert.deepEqual(ill({ drainMs: 1_600 }), [{ kind: 'longDrain', drainMs: 1_600, windowMs: 1_500 }]);
  assert.deepEqual(ill({ drainMs: 1_400 }), []);
  const counted = { ...good, settings: { ...good.settings, durationUs: null, requests: 28 } };
  assert.deepEqual(ill({ drainMs: 1_600 }, counted), []);
  const wrk = {
    ...good,
    settings: { ...good.settings, load: { kind: 'closed', semantics: 'wrk' } as const },
  };
  assert.deepEqual(ill({ drainMs: 1_600 }, wrk), []);
});

test('a server that was restarted during a run, but not a slow one', () => {
  const page = (n: number, edge: 'start' | 'end') =>
    ({ edge, kind: 'metrics', takenAtMs: 0, status: 200, body: `vllm:prompt_tokens_total ${n}\n` }) as const;
  const server = serverFigures([page(9, 'start'), page(3, 'end')]);
  assert.deepEqual(reasons({ server }), [{ kind: 'serverRestarted' }]);
  // Ten times as slow, and the loop holds its connections all the while.
  const [slow] = sampleSummaries('x', { scale: 10, count: 1 }) as [RunSummary];
  assert.deepEqual(ill({ occupancy: 0.999, drainMs: 1_400 }, slow), []);
});

test('a run that died has no health to judge', () => {
  assert.deepEqual(reasons({ health: null }), []);
});

test('only a run that the load generator alone spoiled may be made again', () => {
  const late = { kind: 'loopLate', p99Ms: 9, limitMs: 5, tryWorkers: 2 } as const;
  assert.equal(isSpoiledByClient([late]), true);
  assert.equal(isSpoiledByClient([]), false);
  assert.equal(isSpoiledByClient([late, { kind: 'serverRestarted' }]), false);
});
