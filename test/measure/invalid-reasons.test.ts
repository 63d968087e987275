import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invalidReasons } from '../../src/measure/invalid-reasons.ts';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import { serverFigures } from '../../src/measure/server/server-figures.ts';
import type { RunHealth } from '../../src/model/run.ts';
import { RUN_END } from '../helpers/sample-records.ts';
import { OPEN_LOAD, sampleSummaries } from '../helpers/sample-runs.ts';

/** A window of 1.5 s, TTFT 30 ms, a token each 10 ms. */
const [good] = sampleSummaries('x') as [RunSummary];
const open: RunSummary = { ...good, settings: { ...good.settings, load: OPEN_LOAD } };

const reasons = (overrides: Partial<RunSummary>): readonly string[] =>
  invalidReasons({ ...good, ...overrides });
const ill = (health: Partial<RunHealth>, of = good): readonly string[] =>
  invalidReasons({ ...of, health: { ...RUN_END.health, ...health } });

test('a healthy run has none', () => {
  assert.deepEqual(invalidReasons(good), []);
  assert.deepEqual(invalidReasons(open), []);
});

test('a run that was stopped early', () => {
  assert.deepEqual(reasons({ stoppedEarly: true }), ['it was stopped early, after 1.5 s']);
});

test('answers: none at all, none ok, more than 1 % failed, with the most frequent error', () => {
  assert.deepEqual(reasons({ requests: 0, outcomes: { ok: 0 } }), ['no request was sent']);
  const errorKinds = [{ outcome: 'http_error', status: 503, error: 'overloaded', count: 9 }] as const;
  assert.deepEqual(reasons({ requests: 10, errors: 10, outcomes: { http_error: 10 }, errorKinds }), [
    'no request ended ok',
    '10 of 10 requests failed, more than 1 %, most often with http_error 503 overloaded',
  ]);
  assert.deepEqual(reasons({ requests: 100, errors: 1, outcomes: { ok: 99 } }), []);
  assert.equal(reasons({ requests: 100, errors: 2, outcomes: { ok: 98 } }).length, 1);
});

test('planned aborts are neither errors nor requests that could fail', () => {
  const aborts = { requests: 150, plannedAborts: 50, outcomes: { ok: 98, client_aborted: 50 } };
  assert.deepEqual(reasons({ ...aborts, errors: 1 }), []);
  assert.deepEqual(reasons({ ...aborts, errors: 2 }), ['2 of 100 requests failed, more than 1 %']);
  assert.deepEqual(reasons({ requests: 5, plannedAborts: 5, outcomes: { ok: 0, client_aborted: 5 } }), []);
});

test('the sender: connections, occupancy, utilisation, and what to do', () => {
  const [few, ...no] = ill({ connectionsOpen: 3 });
  assert.deepEqual([few?.startsWith('only 3 of 4 connections were open: look for a limit'), no], [true, []]);
  const more = 'try --workers 2 or a machine with less other work';
  assert.deepEqual(ill({ occupancy: 0.9 }), [
    `connections held a request 90 % of the time, less than 98 %: ${more}`,
  ]);
  assert.deepEqual(ill({ loopUtilization: 0.85 }), [
    `the sender's event loop was busy 85 % of the time, more than 80 %: ${more}`,
  ]);
  const four = { ...good, settings: { ...good.settings, workers: 4 } };
  assert.match(ill({ loopUtilization: 0.85 }, four)[0] ?? '', /try --workers 8 /);
});

test('wrk opens whole numbers of connections a thread: the rest is not missed', () => {
  const settings = { ...good.settings, load: { kind: 'closed', semantics: 'wrk' } as const };
  const wrk = { ...good, cell: { threads: 3, connections: 10 }, settings };
  assert.deepEqual(ill({ connectionsOpen: 9, occupancy: 0.89 }, wrk), []);
  assert.match(ill({ connectionsOpen: 8, occupancy: 0.89 }, wrk)[0] ?? '', /^only 8 of 9 connections/);
  assert.match(
    ill({ connectionsOpen: 9, occupancy: 0.8 }, wrk)[0] ?? '',
    /held a request 88\.9 % of the time/,
  );
});

test('loop delay is held against what is measured: TTFT, or E2EL where nothing streamed, and a token’s gap', () => {
  assert.match(ill({ loopDelayP99Ms: 5.1 })[0] ?? '', /5\.1 ms late \(p99\), more than 5\.0 ms: try/);
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
  assert.match(
    ill({ scheduleLagP99Ms: 1.2 }, open)[0] ?? '',
    /left 1\.2 ms behind their plan \(p99\), more than 1\.0 ms/,
  );
  const slow = { ...open, ttftMs: { ...open.ttftMs, p50: 300 } };
  assert.deepEqual(ill({ scheduleLagP99Ms: 2.9 }, slow), []);
  assert.equal(ill({ scheduleLagP99Ms: 3.1 }, slow).length, 1);
});

test('a cap that held back more than 1 % closed the loop; their lag is not told twice', () => {
  const many = { ...open, requests: 200, outcomes: { ok: 200 } };
  assert.deepEqual(ill({ lateByCap: 2 }, many), []);
  assert.deepEqual(ill({ lateByCap: 3, scheduleLagP99Ms: 900 }, many), [
    '3 of 200 requests had to wait for others, more than 1 %, so the loop was not open: raise --max-in-flight or lower the rate',
  ]);
});

test('a ramp longer than 100 ms and 5 % of the window', () => {
  assert.deepEqual(ill({ rampMs: 99 }), []);
  assert.match(
    ill({ rampMs: 120 })[0] ?? '',
    /began to send after 120\.0 ms, more than 100\.0 ms: give a longer/,
  );
  assert.deepEqual(ill({ rampMs: 120 }, { ...good, durationMs: 60_000 }), []);
  assert.deepEqual(ill({ rampMs: null }, open), []);
});

test('a drain longer than the window of a run that a duration bounds', () => {
  assert.match(
    ill({ drainMs: 1_600 })[0] ?? '',
    /until 1\.6 s after sending ended, longer than the window of 1\.5 s/,
  );
  assert.deepEqual(ill({ drainMs: 1_400 }), []);
  const counted = { ...good, settings: { ...good.settings, durationUs: null, requests: 28 } };
  assert.deepEqual(ill({ drainMs: 1_600 }, counted), []);
  const wrk = {
    ...good,
    settings: { ...good.settings, load: { kind: 'closed', semantics: 'wrk' } as const },
  };
  assert.deepEqual(ill({ drainMs: 1_600 }, wrk), []);
});

test('a server that was restarted in the middle; a slow one is no reason', () => {
  const page = (n: number, edge: 'start' | 'end') =>
    ({ edge, kind: 'metrics', takenAtMs: 0, status: 200, body: `vllm:prompt_tokens_total ${n}\n` }) as const;
  const server = serverFigures([page(9, 'start'), page(3, 'end')]);
  assert.deepEqual(reasons({ server }), [
    'the server was restarted while it ran, so it was not one server: run it again',
  ]);
  // Ten times as slow, and the loop holds its connections all the while.
  const [slow] = sampleSummaries('x', { scale: 10, count: 1 }) as [RunSummary];
  assert.deepEqual(ill({ occupancy: 0.999, drainMs: 1_400 }, slow), []);
});

test('a run that died has no health to judge', () => {
  assert.deepEqual(reasons({ health: null }), []);
});
