import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpCall } from '../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';

const { url } = await quickSimulator();
const get = (path: string) => httpCall(new URL(path, url));
const post = (path: string, body: unknown) => httpCall(new URL(path, url), body);

test('it says what it is', async () => {
  assert.deepEqual(JSON.parse((await get('/version')).text), { version: '0.8.5' });
  assert.equal(JSON.parse((await get('/v1/models')).text).data[0].id, 'deepseek-14b');
  assert.deepEqual([(await get('/health')).status, (await get('/health')).text], [200, '']);
  assert.equal((await post('/reset_prefix_cache', '')).status, 200);
});

test('what is not there is 404, a wrong method 405, as FastAPI says it', async () => {
  const unknown = await get('/nope');
  assert.deepEqual([unknown.status, unknown.text], [404, '{"detail":"Not Found"}']);
  assert.equal((await get('/v1/chat/completions')).status, 405);
});

test('refusals come in the flat shape', async () => {
  const { status, text } = await post('/v1/chat/completions?x=1', { ...REFERENCE_REQUEST, model: 'other' });
  assert.equal(status, 404);
  assert.deepEqual(JSON.parse(text), {
    object: 'error',
    message: 'The model `other` does not exist.',
    type: 'NotFoundError',
    param: null,
    code: 404,
  });
});

test('a text can be counted in tokens', async () => {
  const { text } = await post('/tokenize', { prompt: '写一个50字的短文' });
  assert.equal(JSON.parse(text).count, 7);
  assert.equal((await post('/tokenize', '{')).status, 400);
});
