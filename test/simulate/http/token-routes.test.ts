import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpCall } from '../../helpers/http-call.ts';
import { quickSimulator } from '../../helpers/quick-simulator.ts';

const python = await quickSimulator({ dialect: 'v0.32', model: 'm' });
const rust = await quickSimulator({ dialect: 'rust', model: 'm' });

async function ask(path: string, body: object, { url } = python) {
  const { status, text } = await httpCall(new URL(path, url), body);
  return { status, document: JSON.parse(text) };
}

test('a text is cut into tokens, and put together from them again', async () => {
  const prompt = 'Hello there,\n写一个';
  const { document } = await ask('/tokenize', { prompt, return_token_strs: true });
  assert.deepEqual(document.token_strs, ['Hello', 'Ġthere', ',', 'Ċ写一', '个']);
  assert.deepEqual([document.count, document.tokens.length], [5, 5]);
  assert.equal((await ask('/detokenize', { tokens: document.tokens })).document.prompt, prompt);
});

test('messages count as the usage of their answer does', async () => {
  const messages = [{ role: 'user', content: '写一个50字的短文' }];
  const { document } = await ask('/tokenize', { messages });
  const answer = await ask('/v1/chat/completions', { model: 'm', messages, max_tokens: 1 });
  assert.equal(document.count, answer.document.usage.prompt_tokens);
  assert.equal(document.token_strs, null);
});

test('what is missing or wrong is refused, in each front end’s document', async () => {
  const cases = [
    ['/tokenize', {}],
    ['/tokenize', { prompt: 'x', model: 'other' }],
    ['/detokenize', {}],
    ['/detokenize', { tokens: [1, 'x'] }],
    ['/detokenize', { tokens: [1], model: 'other' }],
  ] as const;
  const statuses: number[] = [];
  for (const [path, body] of cases) {
    const answers = [await ask(path, body), await ask(path, body, rust)];
    statuses.push(...answers.map(({ status }) => status));
    const [first, second] = answers.map(({ document }) => document.error.code);
    assert.deepEqual([typeof first, typeof second], ['number', 'string']);
  }
  assert.deepEqual(statuses, [400, 400, 404, 404, 400, 400, 400, 400, 404, 404]);
  assert.equal((await httpCall(new URL('/tokenize', python.url), '{')).status, 400);
});

test('a number written as a text is one for pydantic, not for serde', async () => {
  assert.equal((await ask('/detokenize', { tokens: ['7'] })).status, 200);
  assert.equal((await ask('/detokenize', { tokens: ['7'] }, rust)).status, 400);
});
