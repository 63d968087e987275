import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { clientMachine, toolVersion } from '../../src/cli/provenance.ts';

test('the machine in one line', () => {
  assert.match(clientMachine(), /^.+, \d+ cores, \w+ \w+, Node \d+\.\d+\.\d+$/);
});

test('the version is that of package.json', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.equal(toolVersion(), version);
});
