import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIALECTS, versionOf } from '../../../src/simulate/dialect-name.ts';
import { BY_NAME } from '../../../src/simulate/dialects/dialects.ts';

test('each dialect is under its own name and tells its version', () => {
  for (const name of DIALECTS) {
    assert.equal(BY_NAME[name].name, name);
    assert.equal(JSON.parse(BY_NAME[name].version).version, versionOf(name));
  }
});

test('random ids have the length that each server’s have', () => {
  const lengths = DIALECTS.map((name) => [name, BY_NAME[name].newId().length]);
  assert.deepEqual(Object.fromEntries(lengths), { 'v0.8.5': 32, 'v0.32': 16, rust: 8 });
});
