import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conversationName } from '../../src/chat/conversation.ts';
import { readRequest } from '../../src/chat/read-request.ts';

function name(document: unknown, headers: readonly string[] = []): string {
  const body = Buffer.from(JSON.stringify(document));
  return conversationName(readRequest(headers, body), body);
}

const SYSTEM = { role: 'system', content: 'be kind' };
const HELLO = { role: 'user', content: 'hello' };

test('all turns of a conversation have one name, whatever comes later', () => {
  const first = name({ messages: [SYSTEM, HELLO] });
  const later = [
    { role: 'assistant', content: 'hi' },
    { role: 'user', content: 'again' },
  ];
  assert.equal(name({ messages: [SYSTEM, HELLO, ...later], max_tokens: 5 }), first);
  assert.notEqual(name({ messages: [SYSTEM, { role: 'user', content: 'other' }] }), first);
  assert.notEqual(name({ messages: [HELLO] }), first);
});

test("the client's own name wins", () => {
  assert.equal(name({ messages: [HELLO] }, ['X-Session-ID', 's1']), 's1');
  assert.equal(name({ messages: [HELLO], session_id: 's2' }), 's2');
});

test('prompts, inputs and bodies that are no JSON have names too', () => {
  assert.notEqual(name({ prompt: 'a' }), name({ prompt: 'b' }));
  assert.equal(name({ input: 'a' }), name({ input: 'a', max_output_tokens: 3 }));
  const body = Buffer.from('nonsense');
  assert.equal(conversationName(readRequest([], body), body), 'nonsense');
  assert.equal(conversationName(readRequest([], null), null), '');
});
