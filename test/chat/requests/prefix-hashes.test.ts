import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prefixHashes } from '../../../src/chat/requests/prefix-hashes.ts';

const user = (content: unknown) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

function hashesOf(body: object, path = '/v1/chat/completions') {
  const found = prefixHashes(path, { ...body });
  assert.ok(found !== null);
  return found;
}

test('a continuation carries the hash of every earlier turn', () => {
  const one = hashesOf({ model: 'm', messages: [{ role: 'system', content: 's' }, user('a')] });
  const two = hashesOf({
    model: 'm',
    messages: [{ role: 'system', content: 's' }, user('a'), assistant('b'), user('c')],
  });
  const three = hashesOf({
    model: 'm',
    messages: [
      { role: 'system', content: 's' },
      user('a'),
      assistant('b'),
      user('c'),
      { role: 'assistant', tool_calls: [{ id: 'x' }] },
      { role: 'tool', content: 'd' },
      { role: 'tool', content: 'e' },
    ],
  });
  assert.deepEqual([one.earlier, two.earlier], [[], [one.whole]]);
  assert.deepEqual(three.earlier, [one.whole, two.whole]);
});

test('hashes do not depend on how the JSON was written, but on what it says, the model and the instructions', () => {
  const { whole } = hashesOf({ model: 'm', messages: [user([{ type: 'text', text: 'a' }])] });
  const rewritten = JSON.parse(
    '{"temperature":1,"messages":[{"content":[{"text":"\\u0061","type":"text"}],"role":"user"}],"model":"m"}',
  );
  assert.equal(hashesOf(rewritten).whole, whole);
  for (const other of [
    { model: 'n', messages: [user([{ type: 'text', text: 'a' }])] },
    { model: 'm', messages: [user('a')] },
  ]) {
    assert.notEqual(hashesOf(other).whole, whole, JSON.stringify(other));
  }
  const messages = [user('a')];
  assert.notEqual(
    hashesOf({ system: 's', messages }, '/v1/messages').whole,
    hashesOf({ messages }, '/v1/messages').whole,
  );
  assert.notEqual(
    hashesOf({ model: 'm', messages: [user('a')] }, '/v1/messages').whole,
    hashesOf({ model: 'm', messages: [user('a')] }).whole,
  );
});

test('with the responses API an answer is several items', () => {
  const path = '/v1/responses';
  const one = hashesOf({ input: [user('a')] }, path);
  const two = hashesOf(
    {
      input: [
        user('a'),
        { type: 'reasoning', summary: [] },
        { type: 'function_call', call_id: '1' },
        { type: 'function_call', call_id: '2' },
        { type: 'function_call_output', call_id: '1' },
        { type: 'function_call_output', call_id: '2' },
      ],
    },
    path,
  );
  assert.deepEqual(two.earlier, [one.whole]);
});

test('a prompt, an input text and a body without messages have none', () => {
  const cases: readonly (readonly [string, object])[] = [
    ['/v1/completions', { prompt: 'a' }],
    ['/v1/responses', { input: 'a' }],
    ['/v1/chat/completions', { messages: [] }],
    ['/v1/messages', {}],
    ['/v1/other', { messages: [user('a')] }],
  ];
  for (const [path, body] of cases) assert.equal(prefixHashes(path, { ...body }), null, path);
});
