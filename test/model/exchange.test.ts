import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DROP_REASONS } from '../../src/model/exchange.ts';

test('drop reasons are the closed list that tapes hold', () => {
  assert.deepEqual(DROP_REASONS, ['queue_full', 'write_failed']);
});
