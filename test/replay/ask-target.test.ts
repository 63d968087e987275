import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askTarget } from '../../src/replay/ask-target.ts';
import { startLocalServer, unusedUrl } from '../helpers/local-server.ts';

const GET = { method: 'GET', path: '/version?a=1', headers: ['x-key', 'k'], timeoutMs: 5_000 } as const;

test('a question and its reply, on a connection that is closed afterwards', async () => {
  const asked: unknown[] = [];
  const server = await startLocalServer((request, response) => {
    const { method, url, headers } = request;
    asked.push([method, url, headers['x-key'], headers['content-length']]);
    response.writeHead(method === 'GET' ? 200 : 404).end(method === 'GET' ? 'größer' : '');
  });
  assert.deepEqual(await askTarget(server.url.origin, GET), { status: 200, text: 'größer' });
  assert.deepEqual(await askTarget(server.url.origin, { ...GET, method: 'POST' }), { status: 404, text: '' });
  assert.deepEqual(asked, [
    ['GET', '/version?a=1', 'k', undefined],
    ['POST', '/version?a=1', 'k', '0'],
  ]);
  await server.close();
});

test('no whole answer is an error with a reason', async () => {
  const { origin } = await unusedUrl();
  await assert.rejects(askTarget(origin, GET), /ECONNREFUSED/);
  const server = await startLocalServer((request, response) => {
    if (request.url === '/half') {
      response.writeHead(200, { 'content-length': '10' }).write('half');
      setTimeout(() => response.destroy(), 20);
    }
  });
  await assert.rejects(askTarget(server.url.origin, { ...GET, timeoutMs: 50 }), /no answer in 0.05 s/);
  await assert.rejects(askTarget(server.url.origin, { ...GET, path: '/half' }), /closed/);
  await assert.rejects(
    askTarget(server.url.origin, { ...GET, signal: AbortSignal.timeout(30) }),
    /not waited/,
  );
  await assert.rejects(askTarget(server.url.origin, { ...GET, signal: AbortSignal.abort() }), /not waited/);
  await server.close();
});
