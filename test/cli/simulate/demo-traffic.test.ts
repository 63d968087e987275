import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequest } from '../../../src/chat/requests/read-request.ts';
import { demoConversations } from '../../../src/cli/simulate/demo-traffic.ts';
import { REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';

const requests = demoConversations().flatMap(({ path, bodies }) =>
  bodies.map((body) => ({ body, figures: readRequest(path, [], Buffer.from(JSON.stringify(body))) })),
);

test("the traffic holds the benchmark's request to the letter", () => {
  const reference = JSON.stringify(REFERENCE_REQUEST);
  assert.ok(requests.filter(({ body }) => JSON.stringify(body) === reference).length >= 8);
});

test('the traffic is varied: streamed and plain, short and long, single and multi-turn, and every length is pinned', () => {
  const of = (name: 'stream' | 'maxTokens' | 'messages') =>
    new Set(requests.map(({ figures }) => figures[name]));
  assert.deepEqual(of('stream'), new Set([false, true]));
  assert.ok(of('maxTokens').size >= 6);
  assert.equal(of('maxTokens').has(null), false);
  for (const messages of [1, 3, 5]) assert.ok(of('messages').has(messages), `${messages} messages`);
  const sizes = requests.map(({ body }) => JSON.stringify(body).length);
  assert.ok(Math.max(...sizes) > 10 * Math.min(...sizes));
});

test('the turns of a conversation share a session, and each begins with the one before', () => {
  const conversations = demoConversations().filter(({ bodies }) => bodies.length > 1);
  assert.equal(new Set(conversations.map(({ session }) => session)).size, conversations.length);
  for (const { bodies } of conversations) {
    const turns = bodies.map((body) => (body as { messages: readonly unknown[] }).messages);
    for (let i = 1; i < turns.length; i++) {
      assert.deepEqual(turns[i]?.slice(0, turns[i - 1]?.length), turns[i - 1]);
    }
  }
});
