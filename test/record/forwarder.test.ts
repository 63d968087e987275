import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { after, test } from 'node:test';
import { createForwarder } from '../../src/record/forwarder.ts';
import { httpCall } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { testRecorder } from '../helpers/test-recorder.ts';

test('the slow way through fetch cannot be switched on from outside', () => {
  process.env.FORCE_FETCH_PATH = 'true';
  createForwarder(new URL('http://127.0.0.1:1')).close();
  assert.equal(process.env.FORCE_FETCH_PATH, undefined);
});

test('method, path, body and headers reach the upstream; Host becomes its own', async () => {
  const seen: { method: string; url: string; body: string; headers: Record<string, unknown> }[] = [];
  const upstream = await startLocalServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    seen.push({ method: request.method ?? '', url: request.url ?? '', body, headers: request.headers });
    response.end();
  });
  after(() => upstream.close());
  const { url } = await testRecorder(upstream.url);
  const body = '{"seed":12345678901234567890, "x":"\\u4f60"}';
  await httpCall(new URL('/a//b?q=1&q=2', url), body, {
    headers: { 'X-Id': 'a', Trailer: 'x', expect: '100-continue' },
  });
  const [call] = seen;
  assert.deepEqual([call?.method, call?.url, call?.body], ['POST', '/a//b?q=1&q=2', body]);
  assert.equal(call?.headers['x-id'], 'a');
  assert.equal(call?.headers.host, upstream.url.host);
  assert.equal(call?.headers.trailer, undefined);
});

test('a WebSocket passes through', async () => {
  const server = createServer();
  server.on('upgrade', (_request, socket: Socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.on('data', (piece) => socket.write(`echo ${piece}`));
    socket.on('error', () => undefined);
    after(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  const { port } = server.address() as { port: number };
  const { url, starts } = await testRecorder(new URL(`http://127.0.0.1:${port}`));
  const call = httpRequest(url, {
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Key': 'a',
      'Sec-WebSocket-Version': '13',
    },
  });
  const echo = new Promise<string>((resolve) => {
    call.on('upgrade', (_answer, socket) => {
      socket.once('data', (piece) => {
        resolve(String(piece));
        socket.destroy();
      });
      socket.write('hi');
    });
  });
  call.end();
  assert.equal(await echo, 'echo hi');
  assert.equal(starts.length, 0);
  server.closeAllConnections();
});

test('four hundred streams reach the upstream at once', async () => {
  let open = 0;
  const all = Promise.withResolvers<void>();
  const upstream = await startLocalServer(async (_request, response) => {
    response.write('data: x\n\n');
    open += 1;
    if (open === 400) all.resolve();
    await all.promise;
    response.end();
  });
  after(() => upstream.close());
  const { url } = await testRecorder(upstream.url);
  const answers = await Promise.all(Array.from({ length: 400 }, () => httpCall(url, '{}', { agent: false })));
  assert.ok(answers.every(({ status }) => status === 200));
});
