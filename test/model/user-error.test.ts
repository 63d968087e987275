import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkAll, EXIT, UserError } from '../../src/model/user-error.ts';

test('a user error differs from a defect by its class and name, and has facts, a remedy and an exit code', () => {
  const error = new UserError('--seed x is no number', {
    kind: 'usage',
    remedy: 'write 7',
    facts: { option: '--seed' },
  });
  assert.ok(error instanceof Error);
  assert.deepEqual(
    [error.name, error.message, error.remedy, error.facts, error.exitCode],
    ['UserError', '--seed x is no number: write 7', 'write 7', { option: '--seed' }, 1],
  );
});

test('exit codes are distinct', () => {
  const codes = Object.values(EXIT);
  assert.equal(new Set(codes).size, codes.length);
});

test('checkAll gives all results, or throws all mistakes, each once', () => {
  assert.deepEqual(checkAll({ a: () => 1, b: () => 'x' }), { a: 1, b: 'x' });
  const [one, two] = [new UserError('one'), new UserError('two')];
  const fail = (error: Error) => () => {
    throw error;
  };
  assert.throws(
    () => checkAll({ a: fail(one), b: fail(two), c: fail(one), d: () => checkAll({ e: fail(two) }) }),
    (error) => error instanceof UserError && error.message === 'one\ntwo' && error.mistakes.length === 2,
  );
  assert.throws(() => checkAll({ a: fail(one), b: () => 1 }), one);
  assert.throws(() => checkAll({ a: fail(one), b: fail(new TypeError('ours')) }), TypeError);
});

test('whatever an error quotes, its message is one line that steers no terminal', () => {
  const { message } = new UserError('no run is labelled \x1b[2J\nreprise: all is well\u202e', {
    remedy: 'see \x9b',
  });
  assert.equal(message, 'no run is labelled \\u001b[2J\\u000areprise: all is well\\u202e: see \\u009b');
});
