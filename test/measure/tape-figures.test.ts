import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOfTape } from '../../src/measure/tape-figures.ts';
import type { Capture } from '../../src/model/capture.ts';
import { sampleExchange } from '../helpers/sample-exchange.ts';
import { CAPTURE } from '../helpers/sample-records.ts';
import { sampleRun } from '../helpers/sample-runs.ts';

const capture: Capture = {
  ...CAPTURE,
  id: 1,
  endedAtMs: null,
  cleanClose: true,
  ignored: 0,
  drops: { queue_full: 2 },
};

test('counts, outcomes, tokens, drops and lengths', () => {
  const figures = figuresOfTape(
    [capture],
    [
      sampleExchange({ arrivedUs: 1e6, finishedUs: 2e6, firstTokenUs: 1.2e6 }),
      sampleExchange({ arrivedUs: 1.5e6, finishedUs: 3e6, outcome: 'client_aborted', completionTokens: 4 }),
      sampleExchange({
        arrivedUs: 5e6,
        finishedUs: null,
        outcome: 'unfinished',
        completionTokens: null,
        promptTokens: null,
        model: null,
        streamed: false,
        sessionKey: 'a',
        path: '/v1/completions?x=1',
      }),
    ],
    [sampleRun()],
  );
  assert.equal(figures.captures, 1);
  assert.equal(figures.exchanges, 3);
  assert.deepEqual(figures.outcomes, { ok: 1, client_aborted: 1, unfinished: 1 });
  assert.deepEqual(figures.drops, { queue_full: 2, write_failed: 0 });
  assert.deepEqual([figures.promptTokens, figures.completionTokens], [26, 54]);
  assert.deepEqual(figures.paths, { '/v1/chat/completions': 2, '/v1/completions': 1 });
  assert.deepEqual(figures.models, { m: 2 });
  assert.deepEqual([figures.streamed, figures.sessions], [2, 1]);
  assert.equal(figures.firstArrivalAt, '2026-11-24T12:00:01.000Z');
  assert.equal(figures.durationMs, 4_000);
  assert.equal(figures.requestsPerSec, 0.75);
  assert.equal(figures.peakInFlight, 2);
  assert.deepEqual([figures.ttftMs.count, figures.ttftMs.mean, figures.e2elMs.mean], [1, 200, 1000]);
  assert.deepEqual(figures.runs[0]?.cell, { threads: 2, connections: 4 });
});

test('an empty tape has figures too', () => {
  const figures = figuresOfTape([], [], []);
  assert.deepEqual([figures.exchanges, figures.firstArrivalAt, figures.peakInFlight], [0, null, 0]);
});
