import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { workerFile } from '../../src/cli/worker-file.ts';

test('all workers are where they are looked for', () => {
  for (const name of ['measurer', 'proxy', 'sender', 'tape-writer'] as const)
    assert.equal(existsSync(workerFile(name)), true, name);
});
