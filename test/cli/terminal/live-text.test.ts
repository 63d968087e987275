import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLiveFigures, liveText } from '../../../src/cli/terminal/live-text.ts';
import { quantile } from '../../../src/measure/distribution.ts';
import { OK_SAMPLE } from '../../helpers/live-sample.ts';

const FRAME = { title: 'run 1 of 2', inFlight: 1_200, more: ['3 dropped'] };

/** How things stand ten seconds after the start. */
function standOf(latencies: readonly number[], ttftUs: number | null) {
  const figures = createLiveFigures(0);
  const ended = latencies.map((e2elMs) => ({
    status: 200,
    outcome: 'ok' as const,
    ttftUs,
    e2elUs: e2elMs * 1e3,
    promptTokens: 1,
    completionTokens: 5,
    bytes: 9,
  }));
  figures.add(ended, 5e6);
  return figures.snapshot(10e6);
}

test('a line for a log: what is known, and dashes for percentiles that too few requests carry', () => {
  const many = Array.from({ length: 100 }, (_, i) => 100 + i);
  assert.equal(
    liveText(standOf(many, null), FRAME).line,
    'run 1 of 2, 1,200 in flight, 10.0 req/s, 50.0 tok/s, TTFT p50 – p99 –, E2EL p50 149 ms p99 –, 0 errors, 3 dropped',
  );
});

test('a block for a terminal: a histogram for each latency that has a value', () => {
  const { block } = liveText(standOf([100, 100, 100, 1_000], 50_000), FRAME);
  assert.deepEqual(block, [
    'run 1 of 2',
    '   1,200 in flight      0.40 req/s      2.00 tok/s  0 errors, 3 dropped',
    `  TTFT  p50        –  p90        –  p99        –  50.0 ms █${' '.repeat(23)} 50.0 ms`,
    `  E2EL  p50        –  p90        –  p99        –   100 ms █${' '.repeat(22)}▃ 1.00 s`,
  ]);
  assert.equal(liveText(standOf([], null), FRAME).block.length, 2);
});

test('rates are those of the last ten seconds, counts and latencies those of all time', () => {
  const figures = createLiveFigures(1e6);
  const timeout = { ...OK_SAMPLE, outcome: 'timeout', e2elUs: 30e6, ttftUs: null } as const;
  figures.add(
    [OK_SAMPLE, OK_SAMPLE, timeout, { ...OK_SAMPLE, outcome: 'client_aborted', completionTokens: null }],
    6e6,
  );
  const snapshot = figures.snapshot(6e6);
  assert.deepEqual(
    [snapshot.ended, snapshot.errors, snapshot.aborted, snapshot.completionTokens],
    [4, 1, 1, 150],
  );
  assert.deepEqual([snapshot.requestsPerSec, snapshot.tokensPerSec], [0.8, 30]);
  // What failed has no latency, what was left has shown its first token.
  assert.deepEqual([snapshot.e2elMs.count, snapshot.ttftMs.count], [2, 3]);
  assert.ok(Math.abs((quantile(snapshot.e2elMs, 0.5) ?? 0) / 500 - 1) < 0.001);
  const later = figures.snapshot(26e6);
  assert.deepEqual([later.ended, later.requestsPerSec, later.tokensPerSec], [4, 0, 0]);
});

test('before any time has passed there is no rate', () => {
  const figures = createLiveFigures(5e6);
  figures.add([OK_SAMPLE], 5e6);
  assert.equal(figures.snapshot(5e6).requestsPerSec, 0);
});

test('answers over time, the part that goes on left out', () => {
  const figures = createLiveFigures(0);
  assert.deepEqual(figures.snapshot(0).rateOverTime, []);
  // 1.28 s are 64 bins of 20 ms.
  for (let ms = 0; ms < 1_280; ms += 10)
    figures.add(ms < 640 ? [OK_SAMPLE] : [OK_SAMPLE, OK_SAMPLE], ms * 1e3);
  const rates = figures.snapshot(1.28e6).rateOverTime;
  assert.deepEqual([...new Set(rates)], [100, 200]);
  assert.equal(rates.length, 63);
  const { block } = liveText(figures.snapshot(1.28e6), FRAME);
  assert.equal(block[2], `  req/s  ${'▄'.repeat(12)}▇${'█'.repeat(11)} at most 200`);
});
