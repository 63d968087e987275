import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promptText } from '../../../src/chat/requests/prompt-text.ts';

const textOf = (body: object, path = '/v1/chat/completions') => promptText(path, { ...body });
const turns = [
  { role: 'user', content: 'one' },
  { role: 'assistant', content: 'two' },
];

test('a later turn begins with the whole of an earlier one', () => {
  const first = textOf({ model: 'm', messages: turns.slice(0, 1) });
  const second = textOf({ model: 'm', messages: turns });
  assert.ok(first !== null && second !== null);
  assert.ok(second.text.startsWith(first.text));
  assert.equal(second.scope, first.scope);
});

test('tools and a system prompt precede the messages', () => {
  const tools = [{ type: 'function', function: { name: 'f' } }];
  const withTools = textOf({ messages: turns, tools })?.text ?? '';
  assert.ok(withTools.startsWith('[{"type":"function"'));
  assert.ok(textOf({ messages: turns, system: 'Be brief.' }, '/v1/messages')?.text.startsWith('Be brief.\n'));
  assert.ok(textOf({ input: 'hi', instructions: 'Be brief.' }, '/v1/responses')?.text.endsWith('hi'));
});

test('model and salt keep caches apart; other fields of a message count', () => {
  const scopes = [{}, { model: 'm' }, { model: 'm', cache_salt: 's' }].map(
    (more) => textOf({ messages: turns, ...more })?.scope,
  );
  assert.equal(new Set(scopes).size, 3);
  const call = { role: 'assistant', content: null, tool_calls: [{ id: 'x' }] };
  assert.match(textOf({ messages: [call] })?.text ?? '', /tool_calls/);
});

test('plain prompts, parts, and what is not understood', () => {
  assert.equal(textOf({ prompt: 'Once' }, '/v1/completions')?.text, 'Once');
  assert.equal(textOf({ prompt: [1, 2] }, '/v1/completions')?.text, '[1,2]');
  assert.match(
    textOf({ messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] })?.text ?? '',
    /"hi"/,
  );
  assert.equal(textOf({}), null);
  assert.equal(textOf({ messages: turns }, '/v1/other'), null);
});
