import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '../../../src/report/findings/finding.ts';

test('a finding carries its rule, its section and its facts', () => {
  assert.deepEqual(found('watchErrors', 'recommendation', { limit: 0.01 }), {
    kind: 'watchErrors',
    section: 'recommendation',
    limit: 0.01,
  });
});
