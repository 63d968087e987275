import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReplayProgress } from '../../src/cli/replay-progress.ts';

const digest = {
  status: 200,
  outcome: 'ok',
  ttftUs: null,
  e2elUs: 100_000,
  promptTokens: 1,
  completionTokens: 1,
  bytes: 9,
} as const;

test('the line tells the run, its time, answers, errors and latency, and starts anew with each run', () => {
  const progress = createReplayProgress(60e6);
  progress.begin({ threads: 2, connections: 4 }, '1 of 3');
  progress.add([digest, digest, { ...digest, outcome: 'timeout', e2elUs: 30e6 }]);
  assert.equal(progress.line(), 'run 1 of 3, 2x4: 0 of 60 s, 3 answers, 1 errors, p50 100 ms, p99 100 ms');
  progress.begin({ threads: 2, connections: 8 }, '2 of 3');
  assert.equal(progress.line(), 'run 2 of 3, 2x8: 0 of 60 s, 0 answers, 0 errors, p50 –, p99 –');
});

test('a run of so many requests has no end to count down to', () => {
  const progress = createReplayProgress(null);
  progress.begin({ threads: 1, connections: 1 }, '1 of 1');
  assert.match(progress.line(), /: 0 s, 0 answers/);
});
