import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIALECTS, versionOf } from '../../src/simulate/dialect-name.ts';

test('each dialect is that of a version', () => {
  assert.deepEqual(DIALECTS.map(versionOf), ['0.8.5', '0.32.0', '0.32.0']);
});
