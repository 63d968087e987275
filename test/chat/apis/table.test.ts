import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiOfPath } from '../../../src/chat/apis/table.ts';

test('a path names its API under any prefix, with slashes at its end, whatever its query', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['/v1/chat/completions', 'chat'],
    ['/v1/completions?x=1', 'completions'],
    ['/v1/responses', 'responses'],
    ['/v1/messages', 'messages'],
    ['/openai/deployments/gpt/chat/completions?api-version=2024-06-01', 'chat'],
    ['/chat/completions/', 'chat'],
    ['/a/b/messages//?x=/v1/responses', 'messages'],
  ];
  for (const [path, name] of cases) assert.equal(apiOfPath(path)?.name, name, path);
});

test('other routes have no API', () => {
  for (const path of [
    '/v1/models',
    '/v1/chat/completions/batch',
    '/v1/messages/count_tokens',
    '/v1/mycompletions',
    '/',
    '',
    '/constructor',
    '/v1/models?x=/v1/messages',
  ]) {
    assert.equal(apiOfPath(path), null, path);
  }
});
