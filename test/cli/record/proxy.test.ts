import assert from 'node:assert/strict';
import { test } from 'node:test';

// What it does inside a worker is tested through its other side, in proxy-threads.test.ts.
test('a proxy thread refuses to run on the main thread', async () => {
  await assert.rejects(import('../../../src/cli/record/proxy.worker.ts'), /runs in a worker thread only/);
});
