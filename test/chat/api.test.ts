import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiOfPath } from '../../src/chat/api.ts';

test('a path names its API whatever its query', () => {
  assert.equal(apiOfPath('/v1/chat/completions'), 'chat');
  assert.equal(apiOfPath('/v1/completions?x=1'), 'completions');
  assert.equal(apiOfPath('/v1/responses'), 'responses');
  assert.equal(apiOfPath('/v1/messages'), 'messages');
});

test('other routes have no API', () => {
  for (const path of ['/v1/models', '/v1/chat/completions/batch', '/', '/constructor']) {
    assert.equal(apiOfPath(path), null, path);
  }
});
