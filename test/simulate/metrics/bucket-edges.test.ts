import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RUST_TOKEN_EDGES, tokenEdges } from '../../../src/simulate/metrics/bucket-edges.ts';

test('token edges go up to the longest request, 1-2-5', () => {
  assert.deepEqual(tokenEdges(100), [1, 2, 5, 10, 20, 50, 100]);
  assert.deepEqual(tokenEdges(2048).at(-1), 2000);
  assert.deepEqual(RUST_TOKEN_EDGES.slice(-2), [100_000, 131_072]);
});
