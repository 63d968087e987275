import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveTapeThread } from '../../src/store/serve-tape-thread.ts';

// What it does inside a worker is tested through its other side, in tape-thread.test.ts.
test('it refuses to run on the main thread', () => {
  assert.throws(() => serveTapeThread(() => assert.fail('not asked')), /runs in a worker thread only/);
});
