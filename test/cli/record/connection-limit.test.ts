import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionLimit } from '../../../src/cli/record/connection-limit.ts';

test('clients get three quarters of the files that are left', () => {
  const limits = (files: string): string =>
    `Limit  Soft Limit  Hard Limit  Units\nMax open files   ${files}   ${files}  files\n`;
  assert.equal(connectionLimit(limits('256')), 168);
  assert.equal(connectionLimit(limits('20')), 1);
  assert.equal(connectionLimit(limits('unlimited')), null);
  assert.equal(connectionLimit(''), null, 'not on Linux');
});
