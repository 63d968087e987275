import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { after, test } from 'node:test';
import { UserError } from '../../src/model/user-error.ts';
import { httpCall } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { rawUpstream } from '../helpers/raw-upstream.ts';
import { rawCall, testRecorder } from '../helpers/test-recorder.ts';

test('the slow way through fetch cannot be switched on from outside, and the environment is left alone', async () => {
  process.env.FORCE_FETCH_PATH = 'true';
  try {
    await assert.rejects(testRecorder(new URL('http://127.0.0.1:1')), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /FORCE_FETCH_PATH=true .*unset it/);
      return true;
    });
    assert.equal(process.env.FORCE_FETCH_PATH, 'true');
  } finally {
    delete process.env.FORCE_FETCH_PATH;
  }
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

test('the head reaches the upstream as the client wrote it', async () => {
  const upstream = await rawUpstream(({ socket }) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
  const { url } = await testRecorder(upstream.url);
  const sent = [
    'X-Foo: 1',
    'Content-Length: 2',
    'accept: */*',
    'x-foo: 2',
    'X-FOO: 3',
    'X-Latin: \xe9',
    'cookie: a',
    'Cookie: b',
  ];
  for (let i = 0; i < 2; i++) {
    const text = ['POST /a//b?q=%41&q=? HTTP/1.1', 'hOST: here', ...sent, '', '{}'].join('\r\n');
    await rawCall(url, text, (answer) => answer.includes('204'));
  }
  for (const { lines } of upstream.requests) {
    assert.deepEqual(lines, [
      'POST /a//b?q=%41&q=? HTTP/1.1',
      `hOST: ${upstream.url.host}`,
      ...sent,
      'Connection: keep-alive',
    ]);
  }
});

test('a chunked body of DELETE or OPTIONS stays framed', async () => {
  for (const method of ['DELETE', 'OPTIONS', 'POST']) {
    let body = '';
    const upstream = await startLocalServer((request, response) => {
      request.on('data', (piece) => {
        body += piece;
      });
      request.on('end', () => response.end('ok'));
    });
    after(() => upstream.close());
    const { url } = await testRecorder(upstream.url);
    const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
    const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;
    const head = `${method} /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
    assert.match(await rawCall(url, head + chunk), /^HTTP\/1\.1 200 /);
    assert.equal(body, smuggled);
  }
});

test('a path of the upstream goes before every path, its user and password are sent as Basic', async () => {
  const upstream = await rawUpstream(({ socket }) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
  const { url } = await testRecorder(new URL(`http://me:p%40ss@${upstream.url.host}/base/`));
  const ask = (path: string, header = ''): Promise<string> =>
    rawCall(url, `GET ${path} HTTP/1.1\r\nHost: x\r\n${header}\r\n`, (text) => text.includes('204'));
  await ask('/v1/models?a=/');
  await ask('/', 'Authorization: Bearer mine\r\n');
  const [first, second] = upstream.requests.map(({ lines }) => lines);
  assert.deepEqual([first?.[0], second?.[0]], ['GET /base/v1/models?a=/ HTTP/1.1', 'GET /base/ HTTP/1.1']);
  assert.ok(first?.includes(`Authorization: Basic ${Buffer.from('me:p@ss').toString('base64')}`));
  assert.ok(first?.includes(`Host: ${upstream.url.host}`), 'without the password');
  assert.deepEqual(
    second?.filter((line) => /^authorization/i.test(line)),
    ['Authorization: Bearer mine'],
  );
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
