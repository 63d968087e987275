import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHECKS } from '../../../src/compare/session/invalidity.ts';

test('the names of the checks are fixed: users accept them by name', () => {
  assert.deepEqual(CHECKS, ['pairs', 'errors', 'models', 'lengths', 'cache', 'drift', 'slot', 'restart']);
});
