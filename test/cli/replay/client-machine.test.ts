import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientMachine } from '../../../src/cli/replay/client-machine.ts';

test('the machine in one line', () => {
  assert.match(clientMachine(), /^.+, \d+ cores, \w+ \w+, Node \d+\.\d+\.\d+$/);
});
