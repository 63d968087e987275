import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGuard } from '../../src/record/guard-connection.ts';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { rawUpstream } from '../helpers/raw-upstream.ts';
import { rawCall, testRecorder } from '../helpers/test-recorder.ts';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

const BEHIND: Readonly<Record<string, string>> = {
  garbage: 'no HTTP at all\r\n\r\n',
  'bad framing': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: z\r\n\r\n',
  'a head of 70 KB': `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`,
};
for (const [name, bytes] of Object.entries(BEHIND)) {
  test(`an answer that streams ends whole, whatever comes behind its request: ${name}`, async () => {
    let goOn = (): void => undefined;
    const upstream = await startLocalServer((_request, response) => {
      response.write('first');
      goOn = () => response.end('last');
    });
    after(() => upstream.close());
    const { url } = await testRecorder(upstream.url);
    const socket = connect(Number(url.port), url.hostname);
    let text = '';
    socket.on('data', (piece: Buffer) => {
      if (text === '') socket.write(bytes);
      text += piece.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.write(GET);
    await eventually(() => text.includes('first'));
    await sleep(50);
    goOn();
    await once(socket, 'close');
    assert.match(text, /first[\s\S]*last\r\n0\r\n\r\n/);
    assert.ok(text.indexOf('HTTP/1.1 4') === -1 || text.indexOf('HTTP/1.1 4') > text.indexOf('last'));
  });
}

test('a connection that is refused while its answer streams gets all of the answer, and nothing else', async () => {
  const guard = createGuard(60_000, () => undefined);
  const refusal = { status: 400, why: 'a reason' } as const;
  const { url, server, close } = await startLocalServer((request, response) => {
    guard.began(request, response);
    response.on('error', () => undefined);
    if (request.url === '/begun') response.write('first');
    guard.refuse(request.socket, refusal);
    setImmediate(() => response.end('last'));
  });
  after(close);
  server.prependListener('connection', guard.watch);
  const read = async (path: string): Promise<string> => {
    const socket = connect(Number(url.port), url.hostname);
    let text = '';
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1');
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, 'close');
    return text;
  };
  assert.match(await read('/begun'), /^HTTP\/1\.1 200 [\s\S]*first\r\n4\r\nlast\r\n0\r\n\r\n$/);
  assert.match(await read('/'), /^HTTP\/1\.1 400 [\s\S]*a reason"[^\n]*$/);
});

test('of pipelined requests one at a time is upstream, and each is answered in order', async () => {
  let open = 0;
  let most = 0;
  const upstream = await startLocalServer((request, response) => {
    open += 1;
    most = Math.max(most, open);
    setImmediate(() => {
      open -= 1;
      response.end(request.url);
    });
  });
  after(() => upstream.close());
  const { url } = await testRecorder(upstream.url);
  const paths = Array.from({ length: 1_500 }, (_, i) => `/${i}`);
  const bytes = paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('');
  const text = await rawCall(url, bytes, (all) => all.includes('/1499'));
  assert.equal(most, 1);
  assert.deepEqual(text.match(/^\/\d+|(?<=\n)\/\d+/gm)?.length, 1_500);
});

test('a WebSocket has its own connection to the upstream, which is not used after it', async () => {
  const upstream = await rawUpstream(({ socket, lines }) => {
    if (lines.some((line) => /^upgrade:/i.test(line))) {
      socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    } else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  const { url, recorder } = await testRecorder(upstream.url);
  const upgrade =
    'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade, X-Mine\r\nUpgrade: websocket\r\nX-Mine: 1\r\n\r\n';
  const answer = await rawCall(url, `${upgrade}GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 403 [\s\S]*\r\n\r\nno$/);
  assert.equal((await httpCall(new URL('/next', url))).text, 'ok');
  const heads = upstream.requests.map(({ connection, lines: [line] }) => [connection, line]);
  assert.deepEqual(heads, [
    [1, 'GET /ws HTTP/1.1'],
    [2, 'GET /next HTTP/1.1'],
  ]);
  const [first] = upstream.requests;
  assert.equal(
    first?.lines.some((line) => /x-mine|keep-alive/i.test(line)),
    false,
  );
  await eventually(() => recorder.stats().inFlight === 0);
  assert.equal(recorder.stats().requests, 2);
});

test('an early answer: the connection to the upstream is closed, whether the client leaves or not', async () => {
  const open = new Set<Socket>();
  const upstream = await rawUpstream(({ socket }) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno');
  });
  const { url, recorder } = await testRecorder(upstream.url);
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc';
  const calls = Array.from({ length: 20 }, () => rawCall(url, head, (text) => text.includes('no')));
  for (const text of await Promise.all(calls)) assert.match(text, /^HTTP\/1\.1 413/);
  await eventually(() => open.size === 0 && recorder.stats().inFlight === 0);
  const client = connect(Number(url.port), url.hostname);
  client.write(head);
  await once(client, 'data');
  await eventually(() => open.size === 0);
  client.destroy();
});

test('more fields than a parser may drop are refused', async () => {
  const upstream = await rawUpstream(({ socket }) =>
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
  );
  const { url } = await testRecorder(upstream.url);
  const call = (fields: number): Promise<string> =>
    rawCall(
      url,
      `GET / HTTP/1.1\r\nHost: x\r\n${'a: 1\r\n'.repeat(fields)}Authorization: mine\r\nConnection: close\r\n\r\n`,
    );
  assert.match(await call(1_000), /^HTTP\/1\.1 431 /);
  assert.match(await call(990), /^HTTP\/1\.1 200 /);
  assert.deepEqual(
    upstream.requests.map(({ lines }) => lines.some((line) => line === 'Authorization: mine')),
    [true],
  );
});
