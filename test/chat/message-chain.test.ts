import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageChain } from '../../src/chat/message-chain.ts';

const user = (content: unknown) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

function chain(body: object, path = '/v1/chat/completions') {
  const found = messageChain(path, { ...body });
  assert.ok(found !== null);
  return found;
}

test('a continuation carries the mark of every earlier turn', () => {
  const one = chain({ model: 'm', messages: [{ role: 'system', content: 's' }, user('a')] });
  const two = chain({
    model: 'm',
    messages: [{ role: 'system', content: 's' }, user('a'), assistant('b'), user('c')],
  });
  const three = chain({
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

test('marks do not depend on how the JSON was written, but on what it says, the model and the instructions', () => {
  const { whole } = chain({ model: 'm', messages: [user([{ type: 'text', text: 'a' }])] });
  const rewritten = JSON.parse(
    '{"temperature":1,"messages":[{"content":[{"text":"\\u0061","type":"text"}],"role":"user"}],"model":"m"}',
  );
  assert.equal(chain(rewritten).whole, whole);
  for (const other of [
    { model: 'n', messages: [user([{ type: 'text', text: 'a' }])] },
    { model: 'm', messages: [user('a')] },
    { model: 'm', system: 's', messages: [user([{ type: 'text', text: 'a' }])] },
  ]) {
    assert.notEqual(chain(other).whole, whole, JSON.stringify(other));
  }
  assert.notEqual(
    chain({ model: 'm', messages: [user('a')] }, '/v1/messages').whole,
    chain({ model: 'm', messages: [user('a')] }).whole,
  );
});

test('with the responses API an answer is several items', () => {
  const path = '/v1/responses';
  const one = chain({ input: [user('a')] }, path);
  const two = chain(
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

test('a prompt, an input text and a body without messages have no chain', () => {
  for (const body of [{ prompt: 'a' }, { input: 'a' }, { messages: [] }, {}]) {
    assert.equal(messageChain('/v1/completions', body), null);
  }
});
