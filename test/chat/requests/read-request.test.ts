import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequest } from '../../../src/chat/requests/read-request.ts';

const CHAT = '/v1/chat/completions';

const read = (body: unknown, path = CHAT, headers: string[] = []): ReturnType<typeof readRequest> =>
  readRequest(path, headers, Buffer.from(JSON.stringify(body)));

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
  assert.equal(read({ session_id: 'b' }, CHAT, ['X-Session-ID', 'h']).sessionKey, 'h');
});

test('completions and responses count their prompt', () => {
  assert.equal(read({ prompt: 'a' }, '/v1/completions').messages, 1);
  assert.equal(read({ input: [1, 2, 3] }, '/v1/responses').messages, 3);
  assert.equal(read({ input: 'a', max_output_tokens: 4 }, '/v1/responses').maxTokens, 4);
});

test('a body that is missing or no object gives nulls', () => {
  const nothing = { model: null, stream: false, maxTokens: null, messages: null, sessionKey: null };
  assert.deepEqual(readRequest(CHAT, [], null), nothing);
  assert.deepEqual(readRequest(CHAT, [], Buffer.from('[1')), nothing);
});

test('an invalid number is dropped alone; a limit of null is no limit', () => {
  for (const limit of [6000.5, -1, 1e300, '5', null]) {
    const { maxTokens, model } = read({ model: 'm', max_tokens: limit });
    assert.deepEqual([maxTokens, model], [null, 'm'], String(limit));
  }
  assert.equal(read({ max_completion_tokens: null, max_tokens: 5 }).maxTokens, 5);
});

test('with an unknown path the model is known, the limits of its API are not', () => {
  const { model, maxTokens, messages } = read({ model: 'm', max_tokens: 5, messages: [] }, '/v1/other');
  assert.deepEqual([model, maxTokens, messages], ['m', null, null]);
});
