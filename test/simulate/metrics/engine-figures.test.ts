import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngineFigures } from '../../../src/simulate/metrics/engine-figures.ts';

test('edges of lengths follow the longest request, except at the Rust front end', () => {
  const edges = (dialect: 'v0.32' | 'rust'): number | undefined =>
    createEngineFigures({
      dialect,
      maxModelLen: 2048,
      blockSize: 16,
      prefixCaching: true,
      draftTokens: 3,
    }).requestPromptTokens.edges.at(-1);
  assert.deepEqual([edges('v0.32'), edges('rust')], [2000, 131_072]);
});
