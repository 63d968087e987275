import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  commonPositions,
  isCommon,
  type RunSummary,
  reportedSummary,
  summarizeRun,
} from '../../src/measure/run-summary.ts';
import { NO_CHUNKS } from '../../src/model/chunk-times.ts';
import type { Result } from '../../src/model/result.ts';
import { sampleLoop, sampleResult, sampleRun, sampleSummaries } from '../helpers/sample-runs.ts';

test('what is reported has no percentile that its sample does not carry, and everything else untouched', () => {
  const [summary] = sampleSummaries('x', { count: 1 }) as [RunSummary];
  assert.ok(summary.e2elMs.count >= 11 && summary.e2elMs.count < 64);
  assert.ok(summary.itlMs.count >= 130 && summary.itlMs.count < 662);
  const reported = reportedSummary(summary);
  const { p50, p90, p95, p99, ...rest } = reported.e2elMs;
  assert.deepEqual([p50, p90, p95, p99], [summary.e2elMs.p50, null, null, null]);
  assert.deepEqual(rest.max, summary.e2elMs.max);
  assert.deepEqual([reported.itlMs.p95, reported.itlMs.p99], [summary.itlMs.p95, null]);
  assert.deepEqual(
    [reported.ttftMs.p90, reported.ttftResponseMs.p90, reported.tpotMs.p90],
    [null, null, null],
  );
  assert.deepEqual(reported.completionLength, summary.completionLength);
  assert.notEqual(reported.completionLength.p99, null);
  assert.deepEqual({ ...reported, ...latencies(summary) }, summary);
});

function latencies(summary: RunSummary): Partial<RunSummary> {
  return Object.fromEntries(Object.entries(summary).filter(([name]) => name.endsWith('Ms')));
}

const plain = (overrides: Partial<Result>) => ({ result: sampleResult(overrides), chunks: NO_CHUNKS });

test('one pass gives counts, rates, latencies and errors', () => {
  // Window 1 s; the third request lies half in it.
  const summary = summarizeRun(sampleRun(), [
    plain({ sentUs: 0, finishedUs: 500_000 }),
    plain({ sentUs: 500_000, finishedUs: 900_000 }),
    plain({ sentUs: 900_000, finishedUs: 1_100_000, scheduledUs: 890_000 }),
    plain({ outcome: 'http_error', status: 503, error: 'busy', finishedUs: 50_000 }),
  ]);
  assert.deepEqual([summary.requests, summary.errors, summary.drained], [4, 1, 1]);
  assert.equal(summary.requestsPerSec, 3);
  assert.deepEqual([summary.e2elMs.count, summary.e2elMs.p50, summary.e2elMs.max], [3, 400, 500]);
  // The second was due at 0.
  assert.equal(summary.responseMs.max, 900);
  assert.deepEqual(summary.errorKinds, [
    { outcome: 'http_error', status: 503, code: null, error: 'busy', count: 1 },
  ]);
  assert.deepEqual([summary.goodput, summary.server, summary.valid], [null, null, true]);
});

test('planned aborts are in no latency and no error', () => {
  const summary = summarizeRun(sampleRun(), [
    plain({}),
    plain({ outcome: 'client_aborted', plannedAbort: true, finishedUs: 700_000 }),
  ]);
  assert.deepEqual([summary.requests, summary.plannedAborts, summary.errors], [2, 1, 0]);
  assert.deepEqual([summary.e2elMs.count, summary.requestsPerSec], [1, 1]);
});

test('latencies can be limited to some positions of the plan, rates and goodput are not', () => {
  const { run, results } = sampleLoop(sampleRun());
  const slo = { ttftMs: 1_000, tpotMs: null, e2elMs: null };
  const all = summarizeRun(run, results, { slo });
  const common = commonPositions([results.map(({ result }) => result.seq).filter((seq) => seq % 2 === 1)]);
  const some = summarizeRun(run, results, { slo, common });
  assert.equal(some.e2elMs.count, results.length >> 1);
  assert.equal(some.ttftMs.count, results.length >> 1);
  assert.equal(some.itlMs.count, (results.length >> 1) * 19);
  assert.equal(some.completionLength.count, results.length >> 1);
  assert.equal(some.requestsPerSec, all.requestsPerSec);
  assert.equal(some.requests, all.requests);
  assert.deepEqual(some.goodput, all.goodput);
  assert.equal(all.goodput?.share, 1);
});

test('what the server said at the edges is read', () => {
  const states = [
    { edge: 'start', kind: 'version', takenAtMs: 0, status: 200, body: '{"version":"0.32.0"}' },
  ] as const;
  assert.equal(summarizeRun(sampleRun(), [plain({})], { states }).server?.version, '0.32.0');
});

test('a run that died is not valid and is measured as far as it came', () => {
  const summary = summarizeRun(sampleRun({ end: null }), [plain({ finishedUs: 2_000_000 })]);
  assert.equal(summary.valid, false);
  assert.deepEqual(summary.invalidReasons, [{ kind: 'processDied' }]);
  assert.equal(summary.durationMs, 2_000);
  assert.equal(summary.requestsPerSec, 0.5);
});

test('the positions that all runs reached, wherever they are', () => {
  const common = commonPositions([
    [0, 1, 2, 9, 5000],
    [5000, 9, 1],
    [1, 3, 9, 5000, 8],
  ]);
  assert.deepEqual(
    [0, 1, 2, 3, 8, 9, 5000, 6000].filter((seq) => isCommon(common, seq)),
    [1, 9, 5000],
  );
});

test('no runs have no common positions, one run has all of its own', () => {
  assert.equal(isCommon(commonPositions([]), 0), false);
  const own = commonPositions([[0, 2]]);
  assert.deepEqual(
    [0, 1, 2].filter((seq) => isCommon(own, seq)),
    [0, 2],
  );
});

test('it is the intersection of sets', () => {
  const positions = fc.uniqueArray(fc.nat(2000), { maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(positions, { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(2000)),
      (runs, asked) => {
        const common = commonPositions(runs);
        assert.equal(common.size, new Set(runs.flat().filter((seq) => isCommon(common, seq))).size);
        for (const seq of [...asked, ...runs.flat()]) {
          assert.equal(
            isCommon(common, seq),
            runs.every((run) => run.includes(seq)),
          );
        }
      },
    ),
  );
});

test('common positions far beyond the number of requests cost no memory', () => {
  const common = commonPositions([
    [0, 1, 3e9, 5e9],
    [1, 3e9, 4e9],
  ]);
  assert.deepEqual(
    [0, 1, 3e9, 4e9, 5e9].filter((seq) => isCommon(common, seq)),
    [1, 3e9],
  );
});
