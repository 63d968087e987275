import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrkFigures } from '../../../src/measure/as/wrk-figures.ts';
import type { Result } from '../../../src/model/result.ts';
import { RUN, RUN_END } from '../../helpers/sample-records.ts';
import { sampleResult, sampleRun } from '../../helpers/sample-runs.ts';

const run = (
  windowSec: number,
  threads = 1,
  connections = 1,
  timeoutSec = 30,
  semantics: 'drain' | 'wrk' = 'wrk',
) =>
  sampleRun({
    cell: { threads, connections },
    settings: {
      ...RUN.settings,
      durationUs: Math.floor(windowSec) * 1e6,
      timeoutUs: timeoutSec * 1e6,
      load: { kind: 'closed', semantics },
    },
    end: { ...RUN_END, windowUs: windowSec * 1e6 },
  });

/** Back-to-back requests of one connection with the given latencies in seconds. */
function chain(latencies: readonly number[], overrides: Partial<Result> = {}): Result[] {
  let at = 0;
  return latencies.map((seconds) => {
    const sentUs = at;
    at += seconds * 1e6;
    return sampleResult({ sentUs, finishedUs: at, ...overrides });
  });
}

test('what is in flight at the end is not there, but for the bytes that wrk had read of it', () => {
  const figures = wrkFigures(run(10), chain([3, 3, 3, 3]));
  assert.equal(figures.complete, 3);
  assert.equal(figures.bytes, 4 * 766);
  assert.deepEqual(figures.latency, { mean: 3e6, stdev: 0, max: 3e6, within: 100 });
  const drained = wrkFigures(run(10, 1, 1, 30, 'drain'), chain([3, 3, 3, 3]));
  assert.deepEqual([drained.bytes, drained.unseen.drained], [3 * 766, 1]);
});

test('the duration is what was asked for, the runtime what it took', () => {
  const figures = wrkFigures(run(10.1), chain([3]));
  assert.deepEqual([figures.durationUs, figures.runtimeUs], [10e6, 10.1e6]);
});

test('each thread’s ticks count from its own start', () => {
  // The second thread began 50 ms later; both end a request 100 ms after their start.
  const pair = [0, 50_000].map((at, thread) =>
    sampleResult({ thread, scheduledUs: at, sentUs: at, finishedUs: at + 100_000 }),
  );
  assert.deepEqual(wrkFigures(run(10, 2, 2), pair).reqSec, { mean: 10, stdev: 0, max: 10, within: 100 });
});

test('latencies over the timeout count as requests and as timeouts, not as latencies', () => {
  const figures = wrkFigures(run(10, 1, 1, 2), chain([3, 1, 3]));
  assert.equal(figures.complete, 3);
  assert.equal(figures.errors.timeout, 2);
  assert.equal(figures.latency.mean, 1e6);
});

test('nothing measured prints as wrk prints it: zeros and NaN', () => {
  const figures = wrkFigures(run(10, 1, 1, 2), chain([3, 3]));
  assert.deepEqual(figures.latency, { mean: 0, stdev: 0, max: 0, within: Number.NaN });
});

test('the correction adds what would have been sent while one request took two intervals or more', () => {
  // 5 completions in 10 s on one connection: interval 2 s; 5 s stands also for 3 s, but not for 1 s < interval.
  const figures = wrkFigures(run(10), chain([1, 1, 1, 1, 5]));
  assert.equal(figures.latency.mean, (4 * 1e6 + 5e6 + 3e6) / 6);
  assert.equal(figures.latency.max, 5e6);
  assert.deepEqual([figures.unseen.corrected, figures.unseen.uncorrectedMean], [1, 9e6 / 5]);
});

test('Req/Sec: sampled every 100 ms with completions, cut to a whole number', () => {
  // One completion per 3.6 s: 0.277 is cut to 0.
  assert.equal(wrkFigures(run(60), chain(new Array(16).fill(3.6))).reqSec.max, 0);
  // Two of one thread in neighbouring ticks: 1 / 3.1 s -> 0, then 1 / 100 ms -> 10.
  const pair = [sampleResult({ finishedUs: 3_050_000 }), sampleResult({ finishedUs: 3_150_000 })];
  assert.deepEqual(wrkFigures(run(10, 1, 2), pair).reqSec, {
    mean: 5,
    stdev: Math.sqrt(50),
    max: 10,
    within: 100,
  });
});

test('socket errors by kind; a status above 399 is a complete request', () => {
  const figures = wrkFigures(run(10), [
    sampleResult({ outcome: 'unreachable', sentUs: null }),
    sampleResult({ outcome: 'upstream_aborted' }),
    sampleResult({ outcome: 'client_aborted', plannedAbort: true }),
    sampleResult({ outcome: 'timeout', status: null }),
    sampleResult({ outcome: 'http_error', status: 500 }),
    // HTTP is complete; that the stream lacks its end mark is nothing that wrk would see.
    sampleResult({ outcome: 'incomplete' }),
  ]);
  assert.deepEqual(figures.errors, { connect: 1, read: 1, write: 0, timeout: 1, status: 1 });
  assert.deepEqual([figures.complete, figures.unseen.cut], [2, 1]);
});

test('the distribution uses wrk’s own rank', () => {
  const figures = wrkFigures(run(100), chain([1, 1, 1, 1, 1.5, 1.5, 1.5, 1.5, 1.8, 1.9]));
  assert.deepEqual(figures.distribution, [
    [50, 1.5e6],
    [75, 1.5e6],
    [90, 1.9e6],
    [99, 1.9e6],
  ]);
});
