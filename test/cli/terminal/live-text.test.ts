import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLiveFigures } from '../../../src/cli/terminal/live-figures.ts';
import { liveText } from '../../../src/cli/terminal/live-text.ts';

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
  return figures.stand(10e6);
}

test('a line for a log: what is known, and dashes for percentiles that too few requests carry', () => {
  const many = Array.from({ length: 100 }, (_, i) => 100 + i);
  assert.equal(
    liveText(standOf(many, null), FRAME).line,
    'run 1 of 2, 1,200 in flight, 10.00 req/s, 50.00 tok/s, TTFT p50 – p99 –, E2EL p50 149 ms p99 –, 0 errors, 3 dropped',
  );
});

test('a block for a terminal: a histogram for each latency that has a value', () => {
  const { block } = liveText(standOf([100, 100, 100, 1_000], 50_000), FRAME);
  assert.deepEqual(block, [
    'run 1 of 2',
    '  1,200 in flight, 0.40 req/s, 2.00 tok/s, 0 errors, 3 dropped',
    `  TTFT  p50 – p90 – p99 –  50.0 ms █${' '.repeat(23)} 50.0 ms`,
    `  E2EL  p50 – p90 – p99 –  100 ms █${' '.repeat(22)}▃ 1.00 s`,
  ]);
  assert.equal(liveText(standOf([], null), FRAME).block.length, 2);
});
