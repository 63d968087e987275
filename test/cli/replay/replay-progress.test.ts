import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReplayProgress } from '../../../src/cli/replay/replay-progress.ts';

const sample = {
  status: 200,
  outcome: 'ok',
  ttftUs: null,
  e2elUs: 100_000,
  promptTokens: 1,
  completionTokens: 10,
  bytes: 9,
} as const;
const cell = { threads: 2, connections: 4 };

test('a run by time: what is left, then what is waited for; each run starts anew', () => {
  const clock = { us: 7e6 };
  const progress = createReplayProgress({ durationUs: 60e6, requests: null }, () => clock.us);
  progress.prepare(cell, 1, 3);
  assert.deepEqual(progress.text().block, ['run 1 of 3, 2x4: opening connections']);
  progress.send(10e6, () => 4);
  clock.us = 20e6;
  progress.add([sample, sample, { ...sample, outcome: 'timeout', e2elUs: 30e6, completionTokens: null }]);
  assert.equal(
    progress.text().line,
    'run 1 of 3, 2x4: 10.0 of 60 s, 50 s left, 4 in flight, 0.30 req/s, 2.00 tok/s, TTFT p50 – p99 –, E2EL p50 – p99 –, 1 error, 3 answers',
  );
  clock.us = 71e6;
  assert.match(
    progress.text().line,
    /2x4: 61.0 s, sending has ended, waiting for the last answers, 4 in flight/,
  );
  progress.prepare({ threads: 2, connections: 8 }, 2, 3);
  assert.match(progress.text().line, /^run 2 of 3, 2x8: opening/);
  progress.send(80e6, () => 8);
  clock.us = 81e6;
  assert.match(progress.text().line, /2x8: 1.0 of 60 s, 59 s left, 8 in flight, 0 req.* 0 answers$/);
});

test('a run by number of requests: about as long as the answers so far let expect', () => {
  const clock = { us: 0 };
  const progress = createReplayProgress({ durationUs: null, requests: 40 }, () => clock.us);
  progress.prepare(cell, 1, 1);
  progress.send(0, () => 4);
  clock.us = 5e6;
  assert.match(progress.text().line, /^run 1 of 1, 2x4: 5.0 s, 4 in/);
  progress.add(Array.from({ length: 10 }, () => sample));
  assert.match(progress.text().line, /2x4: 5.0 s, about 15 s left, /);
});

test('a run to the end of its plan shows no end time', () => {
  const progress = createReplayProgress({ durationUs: null, requests: null }, () => 9e6);
  progress.prepare({ ...cell, ratePerSec: 5 }, 1, 1);
  progress.send(0, () => 1);
  assert.match(progress.text().line, /^run 1 of 1, open 5\/s: 9.0 s, 1 in flight/);
});
