import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { workerFile } from '../../src/cli/worker-file.ts';

/** The modules that start a worker, below src/cli, with the worker's name. */
const STARTED = [
  ['tape-file.ts', 'tape-writer'],
  ['record/proxy-threads.ts', 'proxy'],
  ['replay/senders/open-senders.ts', 'sender'],
  ['report/measure-runs.ts', 'measurer'],
] as const;

test('each worker is beside the module that starts it', () => {
  for (const [module, name] of STARTED) {
    const url = new URL(`../../src/cli/${module}`, import.meta.url);
    assert.equal(existsSync(url), true, module);
    assert.equal(existsSync(workerFile(name, url.href)), true, name);
  }
});
