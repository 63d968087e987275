import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngineFigures } from '../../../src/simulate/metrics/engine-figures.ts';
import { familiesIn } from '../../../src/simulate/metrics/family-table.ts';
import { DRAFT_FAMILIES, REQUEST_FAMILIES } from '../../../src/simulate/metrics/request-families.ts';

const PAGE = {
  figures: createEngineFigures({
    dialect: 'v0.32',
    maxModelLen: 100,
    blockSize: 16,
    prefixCaching: true,
    draftTokens: 2,
  }),
  state: { running: 0, waiting: 0, kvUsage: 0 },
  labels: {},
};

test('the time between tokens was renamed, everything per request has a histogram of its own', () => {
  const names = (dialect: 'v0.8.5' | 'v0.32'): string[] =>
    familiesIn(REQUEST_FAMILIES, dialect, PAGE).map(({ name }) => name);
  assert.ok(names('v0.8.5').includes('vllm:time_per_output_token_seconds'));
  assert.ok(!names('v0.8.5').includes('vllm:inter_token_latency_seconds'));
  assert.ok(names('v0.32').includes('vllm:inter_token_latency_seconds'));
  const histograms = familiesIn(REQUEST_FAMILIES, 'v0.32', PAGE).flatMap(({ series }) =>
    series.map((one) => ('histogram' in one ? one.histogram : null)),
  );
  assert.equal(new Set(histograms).size, histograms.length);
});

test('accepted drafts are counted by their position', () => {
  PAGE.figures.drafts.acceptedAt[1] = 7;
  const positions = familiesIn(DRAFT_FAMILIES, 'v0.32', PAGE).at(-1)?.series;
  assert.deepEqual(positions, [
    { labels: { position: '0' }, value: 0 },
    { labels: { position: '1' }, value: 7 },
  ]);
});
