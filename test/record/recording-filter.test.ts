import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isGeneration } from '../../src/record/recording-filter.ts';

test('generation requests are recorded, their query ignored; nothing else is', () => {
  assert.ok(isGeneration('POST', '/v1/chat/completions'));
  assert.ok(isGeneration('POST', '/v1/completions?a=b'));
  assert.ok(!isGeneration('GET', '/v1/chat/completions'));
  assert.ok(!isGeneration('POST', '/v1/embeddings'));
  assert.ok(!isGeneration('POST', '/v1/chat/completions/batch'));
});
