import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeShare } from '../../../src/replay/engine/load-spec.ts';

test('the whole load is one share whose count begins at nothing', () => {
  const { worker, workers, counter } = wholeShare();
  assert.deepEqual([worker, workers, ...new Int32Array(counter)], [0, 1, 0]);
});
