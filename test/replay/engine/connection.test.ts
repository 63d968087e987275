import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/model/clock.ts';
import {
  type Connection,
  createConnection,
  type SentRequest,
} from '../../../src/replay/engine/connection.ts';
import type { ReplayableRequest } from '../../../src/replay/replayable-request.ts';
import { startLocalServer, unusedUrl } from '../../helpers/local-server.ts';

const cleanups: (() => Promise<void>)[] = [];
after(async () => {
  for (const cleanup of cleanups) await cleanup();
});

async function connectTo(listener: RequestListener, extra: readonly string[] = []): Promise<Connection> {
  const { url, close } = await startLocalServer(listener);
  const connection = createConnection(url.origin, systemClock.nowUs, extra);
  cleanups.push(async () => {
    await connection.close();
    await close();
  });
  return connection;
}

const REQUEST: ReplayableRequest = {
  exchangeId: 1,
  path: '/v1/chat/completions?x=1',
  headers: ['content-type', 'application/json', 'X-Twice', '1', 'X-Twice', '2'],
  body: Buffer.from('{"stream":true}'),
  saltAt: null,
  abort: null,
};

function send(connection: Connection, request = REQUEST): Promise<SentRequest> {
  return new Promise((resolve) => {
    connection.send(request, resolve);
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

test('the recorded bytes arrive, with extra headers in place of recorded ones', async () => {
  let seen: unknown;
  const connection = await connectTo(
    async (request, response) => {
      seen = [request.method, request.url, await bodyOf(request), request.rawHeaders.slice(2)];
      response.end('ok');
    },
    ['x-twice', '3', 'authorization', 'Bearer k'],
  );
  await send(connection);
  assert.deepEqual((seen as unknown[]).slice(0, 3), ['POST', REQUEST.path, '{"stream":true}']);
  const headers = (seen as string[][])[3] ?? [];
  assert.equal(headers.join('|').includes('X-Twice'), false);
  assert.deepEqual(
    ['x-twice', 'authorization', 'content-length'].map((name) => headers[headers.indexOf(name) + 1]),
    ['3', 'Bearer k', '15'],
  );
});

test('reads that come apart keep their own stamps, the bytes and their sum are exact', async () => {
  const connection = await connectTo(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of ['data: a\n\n', 'data: b\n\n', 'data: [DONE]\n\n']) {
      response.write(part);
      await sleep(30);
    }
    response.end();
  });
  const { answer, sentUs, wireBytes } = await send(connection);
  assert.equal(answer.transport, 'complete');
  assert.equal(Buffer.from(answer.body ?? []).toString(), 'data: a\n\ndata: b\n\ndata: [DONE]\n\n');
  assert.deepEqual([...answer.readBytes], [9, 9, 14]);
  const stamps = [sentUs ?? 0, answer.headersUs ?? 0, ...answer.readUs, answer.finishedUs];
  assert.deepEqual(
    stamps,
    [...stamps].sort((a, b) => a - b),
    'instants are in order',
  );
  assert.ok(
    (answer.readUs[1] ?? 0) - (answer.readUs[0] ?? 0) > 15_000,
    'two writes 30 ms apart are two reads',
  );
  assert.ok(wireBytes > answer.bodyBytes + 100, 'head and framing count');
});

test('HTTP chunks of one read share one stamp', async () => {
  const connection = await connectTo((_request, response) => {
    response.socket?.write(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n',
    );
  });
  const { answer, wireBytes } = await send(connection);
  assert.deepEqual([...answer.readBytes], [3]);
  assert.equal(
    wireBytes,
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n'.length,
  );
});

test('one socket serves many requests and wire bytes are each request own', async () => {
  const ports = new Set<number | undefined>();
  const connection = await connectTo((request, response) => {
    ports.add(request.socket.remotePort);
    response.end('x'.repeat(100));
  });
  await connection.warm();
  assert.equal(connection.open, true);
  const sizes = [await send(connection), await send(connection), await send(connection)].map(
    (s) => s.wireBytes,
  );
  assert.equal(ports.size, 1);
  assert.equal(new Set(sizes).size, 1, String(sizes));
});

test('a refused connection is unreachable, nothing was sent', async () => {
  const connection = createConnection((await unusedUrl()).origin, systemClock.nowUs, []);
  const { answer, sentUs, wireBytes } = await send(connection);
  assert.deepEqual([answer.transport, sentUs, wireBytes], ['unreachable', null, 0]);
  assert.match(answer.error ?? '', /ECONNREFUSED/);
  await assert.rejects(connection.warm());
  await connection.close();
});

test('a server that cuts the stream is an upstream abort, and the next request works on a new socket', async () => {
  let requests = 0;
  const connection = await connectTo((_request, response) => {
    requests += 1;
    response.write('data: a\n\n');
    if (requests === 1) setTimeout(() => response.socket?.destroy(), 20);
    else response.end();
  });
  const cut = await send(connection);
  assert.equal(cut.answer.transport, 'upstream_aborted');
  assert.equal(cut.answer.bodyBytes, 9, 'what came before the cut is kept');
  const second = await send(connection);
  assert.equal(second.answer.transport, 'complete');
  assert.ok(second.wireBytes > 0);
});

test('cancelling ends the request at once with its cause and closes the socket', async () => {
  let closed: Promise<unknown> | null = null;
  const connection = await connectTo((_request, response) => {
    closed = once(response, 'close');
    response.write('data: a\n\n');
  });
  const pending = send(connection);
  while (closed === null) await sleep(5);
  await sleep(20);
  connection.cancel('timeout');
  const { answer } = await pending;
  assert.deepEqual([answer.transport, answer.status], ['timeout', 200]);
  await closed;
});
