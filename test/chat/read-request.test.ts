import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequest } from '../../src/chat/read-request.ts';

const read = (body: unknown, headers: string[] = []): ReturnType<typeof readRequest> =>
  readRequest(headers, Buffer.from(JSON.stringify(body)));

test('what a chat completion asked for', () => {
  assert.deepEqual(
    read({
      model: 'm',
      stream: true,
      max_tokens: 9,
      max_completion_tokens: 5,
      messages: [{}, {}],
      session_id: 's',
    }),
    { model: 'm', stream: true, maxTokens: 5, messages: 2, sessionKey: 's' },
  );
});

test('the header names the session before the body does', () => {
  assert.equal(read({ session_id: 'b' }, ['X-Session-ID', 'h']).sessionKey, 'h');
});

test('completions and responses count their prompt', () => {
  assert.equal(read({ prompt: 'a' }).messages, 1);
  assert.equal(read({ input: [1, 2, 3], max_output_tokens: 4 }).messages, 3);
});

test('a body that is missing or no object gives nulls', () => {
  const nothing = { model: null, stream: false, maxTokens: null, messages: null, sessionKey: null };
  assert.deepEqual(readRequest([], null), nothing);
  assert.deepEqual(readRequest([], Buffer.from('[1')), nothing);
});
