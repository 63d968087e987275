import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyReader } from '../../../src/simulate/requests/body-reader.ts';
import { readingRules } from '../../helpers/simulated-answer.ts';

const reader = (body: Record<string, unknown>, api: 'chat' | 'completions' = 'chat') =>
  bodyReader(api, body, '', readingRules('v0.32'));

test('fields are read as the dialect reads them', () => {
  const { int, float, truth } = reader({ n: '3', temperature: 1, stream: 'on' });
  assert.deepEqual([int('n'), float('temperature'), truth('stream'), truth('echo')], [3, 1, true, false]);
});

test('the newer limit wins; a plain completion has one by default, null lifts it', () => {
  assert.equal(reader({ max_tokens: 9, max_completion_tokens: 4 }).limit, 4);
  assert.equal(reader({}).limit, null);
  assert.equal(reader({}, 'completions').limit, 16);
  assert.equal(reader({ max_tokens: null }, 'completions').limit, null);
});
