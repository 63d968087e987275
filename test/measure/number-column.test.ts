import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNumberColumn } from '../../src/measure/number-column.ts';

test('it grows past its first block and sorts numerically without touching itself', () => {
  const column = createNumberColumn();
  for (let i = 5000; i > 0; i--) column.push(i);
  assert.equal(column.length, 5000);
  const sorted = column.sorted();
  assert.equal(sorted.length, 5000);
  assert.deepEqual([sorted[0], sorted[9], sorted[4999]], [1, 10, 5000]);
  column.push(0);
  assert.equal(column.sorted()[0], 0);
  assert.equal(sorted[0], 1);
});
