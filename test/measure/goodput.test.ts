import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGoodputTally, type Slo } from '../../src/measure/goodput.ts';
import { NO_CHUNKS } from '../../src/model/chunk-times.ts';
import type { Result } from '../../src/model/result.ts';
import { sampleResult } from '../helpers/sample-runs.ts';
import { timedAnswer } from '../helpers/timed-answer.ts';

const NONE: Slo = { ttftMs: null, tpotMs: null, e2elMs: null };

/** Planned at 0; first token after 100 ms, then 10 ms a token; complete after 200 ms. */
const streamed: Partial<Result> = {
  scheduledUs: 0,
  sentUs: 20_000,
  firstTokenUs: 100_000,
  lastTokenUs: 190_000,
  finishedUs: 200_000,
  completionTokens: 10,
  streamed: true,
};

function good(slo: Partial<Slo>, ...results: readonly Partial<Result>[]) {
  const tally = createGoodputTally({ ...NONE, ...slo }, 1_000_000);
  for (const result of results) tally.add(sampleResult(result), NO_CHUNKS);
  return tally.goodput((amount) => amount / 2);
}

test('every limit counts from the planned instant, and a limit itself is still good', () => {
  assert.equal(good({ ttftMs: 100, tpotMs: 10, e2elMs: 200 }, streamed).good, 1);
  assert.equal(good({ ttftMs: 99 }, streamed).good, 0);
  assert.equal(good({ tpotMs: 9.9 }, streamed).good, 0);
  assert.equal(good({ e2elMs: 199 }, streamed).good, 0);
  assert.equal(good({ ttftMs: 100, tpotMs: 9 }, streamed).good, 0);
});

test('errors are bad; what we cut ourselves is not asked', () => {
  const error: Partial<Result> = { ...streamed, outcome: 'http_error' };
  const cut: Partial<Result> = { ...streamed, outcome: 'client_aborted', plannedAbort: true };
  const goodput = good({ e2elMs: 1_000 }, streamed, error, cut, streamed);
  assert.deepEqual([goodput.good, goodput.share], [2, 2 / 3]);
  assert.equal(good({ e2elMs: 1 }, cut).share, null);
});

test('the rate is of those that ended within the window', () => {
  const late: Partial<Result> = { ...streamed, scheduledUs: 900_000, finishedUs: 1_100_000 };
  const goodput = good({ e2elMs: 300 }, streamed, late);
  assert.deepEqual([goodput.good, goodput.requestsPerSec], [2, 0.5]);
});

test('a plain answer shows its first token with its last; one token has no time between tokens', () => {
  const plain: Partial<Result> = { scheduledUs: 0, finishedUs: 100_000 };
  assert.equal(good({ ttftMs: 100, tpotMs: 1 }, plain).good, 1);
  assert.equal(good({ ttftMs: 99 }, plain).good, 0);
  assert.equal(good({ tpotMs: 1 }, { ...streamed, completionTokens: 1 }).good, 1);
});

test('limits of the longest gap between tokens and of the first token that is not reasoning', () => {
  const { result, chunks } = timedAnswer(
    [
      [100, ['reasoning'], 1, 1],
      [110, ['content'], 1, 1],
      [170, ['content'], 1, 1],
    ],
    { scheduledUs: 0, firstVisibleUs: 110_000 },
  );
  const goodOf = (slo: Partial<Slo>): number => {
    const tally = createGoodputTally({ ...NONE, ...slo }, 1_000_000);
    tally.add(result, chunks);
    return tally.goodput((amount) => amount).good;
  };
  assert.deepEqual([goodOf({ itlMs: 60 }), goodOf({ itlMs: 59 })], [1, 0]);
  assert.deepEqual([goodOf({ ttfoMs: 110 }), goodOf({ ttfoMs: 109 })], [1, 0]);
});
