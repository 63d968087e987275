import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workersFor } from '../../../src/replay/plan/workers.ts';

test('as many as the recorded speed asks for, within the cores and the connections', () => {
  assert.equal(workersFor(200, 50, 16), 1);
  assert.equal(workersFor(1_000, 50, 16), 5);
  assert.equal(workersFor(1_000, 50, 2), 1);
  assert.equal(workersFor(10_000, 500, 64), 8);
  assert.equal(workersFor(2, 1e6, 16), 2);
  assert.equal(workersFor(200, null, 16), 1);
});
