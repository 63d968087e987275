import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIALECTS } from '../../../src/simulate/dialect.ts';
import { httpCall } from '../../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';
import { rawExchange } from '../../helpers/raw-exchange.ts';

const python = await quickSimulator({ dialect: 'v0.32' });
const rust = await quickSimulator({ dialect: 'rust' });
const CHAT = '/v1/chat/completions';

test('every dialect has what a recorder or an operator asks for', async () => {
  for (const dialect of DIALECTS) {
    const { url } = await quickSimulator({ dialect });
    const statuses: number[] = [];
    for (const path of ['/v1/models', '/version', '/health', '/load', '/metrics', '/server_info']) {
      statuses.push((await httpCall(new URL(path, url))).status);
    }
    statuses.push((await httpCall(new URL('/reset_prefix_cache', url), null, { method: 'POST' })).status);
    assert.deepEqual(statuses, Array(7).fill(200), dialect);
  }
});

test('a key is asked for below /v1 alone', async () => {
  const { url } = await quickSimulator({ flags: { apiKey: 'k' } });
  const status = async (path: string, authorization?: string): Promise<number> =>
    (await httpCall(new URL(path, url), null, { headers: authorization ? { authorization } : {} })).status;
  assert.deepEqual(
    [
      await status('/v1/models'),
      await status('/v1/models', 'Bearer nope'),
      await status('/v1/models', 'bearer k'),
      await status('/version'),
    ],
    [401, 401, 200, 200],
  );
});

test('an unknown path, a wrong method, a stray slash', async () => {
  const head = async ({ url }: typeof python, method: 'GET' | 'POST', path: string): Promise<string> =>
    (await rawExchange(url, { method, path })).toString();
  assert.match(await head(python, 'GET', '/nope'), /^HTTP\/1\.1 404 [\s\S]*\{"detail":"Not Found"\}$/);
  assert.match(await head(rust, 'GET', '/nope'), /^HTTP\/1\.1 404 [\s\S]*\r\n\r\n$/);
  assert.match(await head(python, 'GET', CHAT), /^HTTP\/1\.1 405 [\s\S]*\r\nallow: POST\r\n/);
  assert.match(await head(rust, 'POST', '/version'), /^HTTP\/1\.1 405 [\s\S]*\r\nallow: GET,HEAD\r\n/);
  assert.match(
    await head(python, 'GET', '/version/'),
    /^HTTP\/1\.1 307 [\s\S]*\r\nlocation: http:.*\/version\r\n/,
  );
  assert.match(await head(rust, 'GET', '/version/'), /^HTTP\/1\.1 404 /);
});

test('only hyper answers HEAD where there is a GET', async () => {
  const head = async ({ url }: typeof python): Promise<number> =>
    (await httpCall(new URL('/version', url), null, { method: 'HEAD' })).status;
  assert.deepEqual([await head(rust), await head(python)], [200, 405]);
});

test('a body must say that it is JSON; a media type may have parameters', async () => {
  const status = async ({ url }: typeof python, type: string): Promise<number> =>
    (await httpCall(new URL(CHAT, url), REFERENCE_REQUEST, { headers: { 'content-type': type } })).status;
  assert.equal(await status(python, 'Application/JSON; charset=utf-8'), 200);
  assert.equal(await status(python, 'text/plain'), 400);
  const old = await quickSimulator({ dialect: 'v0.8.5' });
  assert.equal(await status(old, 'text/plain'), 415);
});

test('a body that is too long closes the connection', async () => {
  const answer = await rawExchange(rust.url, { method: 'POST', path: CHAT, body: ' '.repeat(2 ** 25 + 1) });
  assert.match(
    answer.toString(),
    /^HTTP\/1\.1 400 [\s\S]*\r\nconnection: close\r\n[\s\S]*length limit exceeded/,
  );
});

test('/ping is of the Python front ends', async () => {
  const status = async ({ url }: typeof python, method: string): Promise<number> =>
    (await httpCall(new URL('/ping', url), null, { method })).status;
  assert.deepEqual([await status(python, 'GET'), await status(python, 'POST')], [200, 200]);
  assert.equal(await status(rust, 'GET'), 404);
});

test('the prefix cache is emptied on demand', async () => {
  const { url } = await quickSimulator({ dialect: 'v0.32', flags: { promptTokensDetails: true } });
  const body = {
    ...REFERENCE_REQUEST,
    max_tokens: 1,
    messages: [{ role: 'user', content: 'x '.repeat(400) }],
  };
  const cached = async (): Promise<number> => {
    const { text } = await httpCall(new URL(CHAT, url), body);
    return JSON.parse(text).usage.prompt_tokens_details.cached_tokens;
  };
  assert.equal(await cached(), 0);
  assert.ok((await cached()) >= 320);
  await httpCall(new URL('/reset_prefix_cache', url), null, { method: 'POST' });
  assert.equal(await cached(), 0);
});
