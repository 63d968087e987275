import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandLine } from '../../src/cli/command-line.ts';

test('arguments are kept, values of headers are not', () => {
  assert.deepEqual(
    commandLine(['replay', 't', '--header', 'Authorization: Bearer secret', '--header=X-Key: a:b', '--json']),
    ['replay', 't', '--header', 'Authorization: …', '--header=X-Key: …', '--json'],
  );
});
