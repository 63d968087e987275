import assert from 'node:assert/strict';
import { test } from 'node:test';
import { microseconds } from '../../src/store/microseconds.ts';

test('instants are whole, null stays null', () => {
  assert.equal(microseconds(1.6), 2);
  assert.equal(microseconds(null), null);
});
