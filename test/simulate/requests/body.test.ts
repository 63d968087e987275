import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBody, readBool, readFloat, readInt } from '../../../src/simulate/requests/check-body.ts';
import { readingRules } from '../../helpers/simulated-answer.ts';

test('pydantic takes numbers and truths that are written as texts, serde does not', () => {
  assert.deepEqual([readInt('2', false), readFloat('0.5', false), readBool('off', false)], [2, 0.5, false]);
  assert.deepEqual([readInt('2', true), readFloat('0.5', true), readBool('off', true)], [null, null, null]);
  assert.deepEqual([readInt(1.5, false), readInt(true, false), readBool(1, false)], [null, 1, true]);
  assert.deepEqual(
    [readFloat('', false), readFloat('x', false), readBool('maybe', false)],
    [null, null, null],
  );
});

test('the newer limit has precedence; plain completions have a default', () => {
  const limit = (api: 'chat' | 'completions', fields: Record<string, unknown>): number | null =>
    createBody(api, fields, readingRules('v0.32')).limit;
  assert.equal(limit('chat', { max_tokens: 5, max_completion_tokens: 4 }), 4);
  assert.equal(limit('chat', {}), null);
  assert.equal(limit('completions', {}), 16);
  assert.equal(limit('completions', { max_tokens: null }), null);
});
