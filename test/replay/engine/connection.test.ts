import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { after, test } from 'node:test';
import { systemClock, systemTimers } from '../../../src/model/clock.ts';
import {
  type BodyWatch,
  type Connection,
  createConnection,
  type SentRequest,
} from '../../../src/replay/engine/connection.ts';
import { createReadCoalescing } from '../../../src/replay/engine/read-coalescing.ts';
import { createRequestWriter } from '../../../src/replay/engine/request-bytes.ts';
import { startLocalServer, unusedUrl } from '../../helpers/local-server.ts';

const cleanups: (() => Promise<void>)[] = [];
after(async () => {
  for (const cleanup of cleanups) await cleanup();
});

async function connectTo(listener: RequestListener, nowUs = systemClock.nowUs): Promise<Connection> {
  const { url, close } = await startLocalServer(listener);
  const connection = createConnection(url, nowUs, createReadCoalescing(systemTimers));
  cleanups.push(async () => {
    connection.close();
    await close();
  });
  return connection;
}

const WRITER = createRequestWriter(new URL('http://h'), [], null);
const REQUEST = WRITER.write(
  {
    exchangeId: 1,
    path: '/v1/chat/completions?x=1',
    headers: ['content-type', 'application/json'],
    body: Buffer.from('{"stream":true}'),
    saltAt: null,
    abort: null,
  },
  0,
);

function send(connection: Connection, watch?: BodyWatch, epochUs = 0): Promise<SentRequest> {
  return new Promise((resolve) => {
    connection.send(REQUEST, epochUs, resolve, watch);
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

test('the recorded bytes arrive, small and large', async () => {
  const seen: unknown[] = [];
  const connection = await connectTo(async (request, response) => {
    seen.push([request.method, request.url, (await bodyOf(request)).length]);
    response.end('ok');
  });
  await send(connection);
  const body = Buffer.alloc(300_000, 'x');
  const large = { head: REQUEST.head.replace('content-length: 15', `content-length: ${body.length}`), body };
  await new Promise((resolve) => connection.send(large, 0, resolve));
  assert.deepEqual(seen, [
    ['POST', '/v1/chat/completions?x=1', 15],
    ['POST', '/v1/chat/completions?x=1', 300_000],
  ]);
});

test('reads that come apart keep their own stamps, the bytes and their sum are exact', async () => {
  const parts = ['data: a\n\n', 'data: b\n\n', 'data: [DONE]\n\n'];
  const next = (): unknown => {
    const part = parts.shift();
    return part === undefined ? answering?.end() : answering?.write(part);
  };
  let answering: ServerResponse | null = null;
  let nowUs = 5e6;
  const connection = await connectTo(
    (_request, response) => {
      answering = response.writeHead(200, { 'content-type': 'text/event-stream' });
      next();
    },
    () => nowUs,
  );
  // Each part leaves when the one before was read.
  const sent = send(
    connection,
    () => {
      nowUs += 10_000;
      next();
    },
    5e6,
  );
  const { answer, sentUs, wireBytes } = await sent;
  assert.equal(answer.transport, 'complete');
  assert.equal(Buffer.from(answer.body ?? []).toString(), 'data: a\n\ndata: b\n\ndata: [DONE]\n\n');
  assert.deepEqual([...answer.readBytes], [9, 9, 14]);
  assert.deepEqual(
    [sentUs, answer.headersUs, ...answer.readUs, answer.finishedUs],
    [0, 0, 0, 10_000, 20_000, 30_000],
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
  await send(connection);
  assert.equal(connection.isOpen(), true);
  const sizes = [await send(connection), await send(connection), await send(connection)].map(
    (s) => s.wireBytes,
  );
  assert.equal(ports.size, 1);
  assert.equal(new Set(sizes).size, 1, String(sizes));
});

test('a refused connection is unreachable, nothing was sent', async () => {
  const connection = createConnection(
    await unusedUrl(),
    systemClock.nowUs,
    createReadCoalescing(systemTimers),
  );
  const { answer, sentUs, wireBytes } = await send(connection);
  assert.deepEqual([answer.transport, sentUs, wireBytes], ['unreachable', null, 0]);
  assert.equal(answer.error?.code, 'refused');
  connection.close();
});

test('a server that cuts the stream is an upstream abort, and the next request works on a new socket', async () => {
  let answering: ServerResponse | null = null;
  const connection = await connectTo((_request, response) => {
    response.write('data: a\n\n');
    if (answering === null) answering = response;
    else response.end();
  });
  const cut = await send(connection, () => answering?.socket?.destroy());
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
  const { answer } = await send(connection, () => setImmediate(() => connection.cancel('timeout')));
  assert.deepEqual([answer.transport, answer.status], ['timeout', 200]);
  await closed;
});

test('a kept socket that the server closed is opened anew, and the request is sent once more only before any byte', async () => {
  let requests = 0;
  const connection = await connectTo((request, response) => {
    requests += 1;
    // The second one meets a socket that goes away as it comes, as at the end of its idle time.
    if (requests === 2) request.socket.destroy();
    else if (requests === 4) response.socket?.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc');
    else response.end('ok');
  });
  await send(connection);
  const second = await send(connection);
  assert.deepEqual([second.answer.transport, second.retried, requests], ['complete', true, 3]);
  const third = await send(connection);
  assert.deepEqual([third.answer.transport, third.retried], ['upstream_aborted', false]);
});

test('a kept socket that breaks after 100 ms has been at work: its request is not sent twice', async () => {
  let requests = 0;
  let nowUs = 0;
  const connection = await connectTo(
    (request, response) => {
      requests += 1;
      if (requests === 1) {
        response.end('ok');
        return;
      }
      nowUs += 101_000;
      request.socket.destroy();
    },
    () => nowUs,
  );
  await send(connection);
  const { answer, retried } = await send(connection);
  assert.deepEqual([answer.transport, retried, requests], ['upstream_aborted', false, 2]);
});

test('a fresh socket that is closed is not stale: nothing is sent twice', async () => {
  let requests = 0;
  const connection = await connectTo((request) => {
    requests += 1;
    request.socket.destroy();
  });
  const { answer, retried } = await send(connection);
  assert.deepEqual([answer.transport, retried, requests], ['upstream_aborted', false, 1]);
});

test('unexpected bytes cost the connection, not the next answer', async () => {
  let requests = 0;
  const connection = await connectTo((_request, response) => {
    requests += 1;
    const extra = requests === 1 ? 'HTTP/1.1 500 No\r\ncontent-length: 1\r\n\r\nX' : '';
    response.socket?.write(`HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n${requests}${extra}`);
  });
  const bodies: string[] = [];
  for (let i = 0; i < 2; i++) bodies.push(Buffer.from((await send(connection)).answer.body ?? []).toString());
  assert.deepEqual(bodies, ['1', '2']);
});

test('bytes that are not HTTP end the request with a reason', async () => {
  const connection = await connectTo((_request, response) => {
    response.socket?.write('SSH-2.0-OpenSSH\r\n\r\n');
  });
  const { answer } = await send(connection);
  assert.equal(answer.transport, 'malformed');
  assert.deepEqual(answer.error, { code: 'not_http', detail: 'SSH-2.0-OpenSSH' });
});

test('an answer without a length ends with its connection', async () => {
  const connection = await connectTo((_request, response) => {
    response.socket?.end('HTTP/1.1 200 OK\r\n\r\nuntil the end');
  });
  for (let i = 0; i < 2; i++) {
    const { answer } = await send(connection);
    assert.deepEqual(
      [answer.transport, Buffer.from(answer.body ?? []).toString()],
      ['complete', 'until the end'],
    );
  }
});

test('a watcher sees every piece with its stamp', async () => {
  let answering: ServerResponse | null = null;
  const connection = await connectTo((_request, response) => {
    answering = response;
    response.write('a');
  });
  const pieces: [string, number][] = [];
  const { answer } = await send(connection, (piece, atUs) => {
    pieces.push([Buffer.from(piece).toString(), atUs]);
    answering?.end('b');
  });
  assert.deepEqual(
    pieces,
    ['a', 'b'].map((text, i) => [text, answer.readUs[i]]),
  );
});

test('a connection that was idle for longer than a server keeps it is opened anew, whatever its epochs', async () => {
  let sockets = 0;
  const { url, server, close } = await startLocalServer((_request, response) => response.end('ok'));
  server.on('connection', () => {
    sockets += 1;
  });
  let nowUs = 50e6;
  const connection = createConnection(url, () => nowUs, createReadCoalescing(systemTimers));
  await send(connection, undefined, 50e6);
  nowUs += 3e6;
  await send(connection, undefined, nowUs);
  assert.equal(sockets, 1);
  nowUs += 4.5e6;
  const { answer, sentUs } = await send(connection, undefined, nowUs);
  assert.deepEqual([sockets, answer.transport, sentUs, answer.finishedUs], [2, 'complete', 0, 0]);
  connection.close();
  await close();
});
