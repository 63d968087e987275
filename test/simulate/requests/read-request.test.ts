import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unknownModel, unreadableBody } from '../../../src/simulate/requests/read-request.ts';
import { accepted, read, refused } from '../../helpers/simulated-answer.ts';

test('JSON, fields, model and length are looked at in this order', () => {
  assert.equal(refused('{').kind, 'bad json');
  assert.equal(refused({ model: 'other', max_tokens: 'x' }).kind, 'wrong type');
  assert.equal(refused({ model: 'other', max_tokens: 0 }).kind, 'out of range');
  assert.deepEqual(refused({ model: 'other', max_tokens: 5_000 }), {
    kind: 'unknown model',
    model: 'other',
    served: 'm',
  });
  assert.equal(refused({ max_tokens: 5_000 }).kind, 'limit over context');
  assert.equal(accepted({ model: 'm' }).model, 'm');
});

test('all wrong types are told at once', () => {
  const problems = read({ max_tokens: 'x', stream: 'maybe' });
  assert.ok(!('api' in problems));
  assert.equal(problems.length, 2);
});

test('a body that is no object', () => {
  assert.deepEqual(
    ['', '{', '[]', '5'].map((text) => unreadableBody(text).kind),
    ['no body', 'bad json', 'no object', 'no object'],
  );
});

test('a missing prompt is a field to the one front end and a rule to the other', () => {
  assert.equal(refused('{"model":"m"}').kind, 'missing field');
  assert.equal(refused('{"model":"m"}', 'rust', 'completions').kind, 'missing field');
  assert.equal(refused('{"model":"m"}', 'v0.32', 'completions').kind, 'empty prompt');
});

test('a model need not be named', () => {
  assert.deepEqual(
    [unknownModel(undefined, 'm'), unknownModel(null, 'm'), unknownModel('', 'm')],
    [null, null, null],
  );
});
