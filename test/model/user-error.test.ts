import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT, UserError } from '../../src/model/user-error.ts';

test('a user error is told from a defect by its class and name', () => {
  const error = new UserError('no such tape: x');
  assert.ok(error instanceof Error);
  assert.equal(error.name, 'UserError');
});

test('exit codes are distinct', () => {
  const codes = Object.values(EXIT);
  assert.equal(new Set(codes).size, codes.length);
});
