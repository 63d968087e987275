import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { rawCall, testRecorder } from '../helpers/test-recorder.ts';

const ASK = 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}';

/** An upstream that answers every request with the given bytes, whatever they are. */
async function rawUpstream(answer: (socket: Socket) => void): Promise<URL> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  return new URL(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
}

const whole = (text: string): boolean => text.endsWith('0\r\n\r\n') || text.endsWith('\r\nx: 1\r\n\r\n');

test('status line, header names, order, case, duplicates, chunks and trailers come through as sent', async () => {
  const head =
    'HTTP/1.1 207 Sort Of\r\nX-b: 1\r\nSET-Cookie: a\r\nset-cookie: b\r\nTrailer: x\r\nTransfer-Encoding: chunked\r\n';
  const upstream = await rawUpstream((socket) => {
    socket.end(
      `${head}Keep-Alive: timeout=1\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nx: 1\r\n\r\n`,
    );
  });
  const { url, end } = await testRecorder(upstream);
  const text = await rawCall(url, ASK, whole);
  assert.equal(text, `${head}\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nx: 1\r\n\r\n`);
  const { answer } = await end(1);
  assert.equal(answer.transport, 'complete');
  assert.equal(Buffer.from(answer.body ?? []).toString(), 'abcde');
  assert.ok(answer.headers.includes('SET-Cookie') && answer.headers.includes('set-cookie'));
});

test('bytes are exact: split UTF-8, CRLF events, gzip, three megabytes', async () => {
  const euro = Buffer.from('data: €\r\n\r\n');
  const bodies: Record<string, Buffer> = {
    '/gzip': gzipSync('x'.repeat(10_000)),
    '/large': Buffer.alloc(3 * 1024 * 1024, 'ab€'),
    '/sse': euro,
  };
  const { url: upstream, close } = await startLocalServer((request, response) => {
    const body = bodies[request.url ?? ''] ?? Buffer.alloc(0);
    if (request.url === '/gzip') response.setHeader('content-encoding', 'gzip');
    response.write(body.subarray(0, 8));
    setTimeout(() => response.end(body.subarray(8)), 20);
  });
  after(close);
  const { url, end } = await testRecorder(upstream);
  let number = 0;
  for (const [path, body] of Object.entries(bodies)) {
    const { reads } = await httpCall(new URL(path, url), '{}');
    assert.ok(Buffer.concat(reads).equals(body), path);
    const { answer } = await end(++number);
    assert.ok(Buffer.from(answer.body ?? []).equals(body), path);
  }
});

test('pieces are passed on one by one and keep their distance on the tape', async () => {
  const { url: upstream, close } = await startLocalServer(async (_request, response) => {
    for (let i = 0; i < 5; i++) {
      response.write(`data: ${i}\n\n`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    response.end();
  });
  after(close);
  const { url, end } = await testRecorder(upstream);
  const { reads } = await httpCall(url, '{}');
  assert.equal(reads.length, 5);
  const { answer } = await end(1);
  assert.equal(answer.readUs.length, 5);
  for (let i = 1; i < 5; i++) assert.ok((answer.readUs[i] ?? 0) - (answer.readUs[i - 1] ?? 0) > 10_000);
});

test('an upstream that breaks off breaks off for the client too, before and inside a chunk', async () => {
  for (const cutAt of ['3\r\nabc\r\n', '5\r\nab']) {
    const upstream = await rawUpstream((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${cutAt}`);
      setTimeout(() => socket.destroy(), 20);
    });
    const { url, end } = await testRecorder(upstream);
    const text = await rawCall(url, ASK);
    assert.ok(!text.includes('0\r\n\r\n'), 'it ended cleanly');
    const { answer } = await end(1);
    assert.equal(answer.transport, 'upstream_aborted');
    assert.equal(answer.status, 200);
    assert.equal(answer.error?.code, 'reset');
  }
});

test('a client that does not read holds its upstream back, not the memory', async () => {
  const size = 64 * 1024 * 1024;
  let sent = 0;
  const { url: upstream, close } = await startLocalServer((_request, response) => {
    const piece = Buffer.alloc(64 * 1024);
    const pump = (): void => {
      while (sent < size) {
        sent += piece.length;
        if (!response.write(piece)) {
          response.once('drain', pump);
          return;
        }
      }
      response.end();
    };
    pump();
  });
  after(close);
  const { url } = await testRecorder(upstream);
  const socket = createConnection(Number(url.port), url.hostname);
  socket.pause();
  socket.write(ASK);
  let last = -1;
  await eventually(async () => {
    const stalled = sent > 0 && sent === last;
    last = sent;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return stalled && sent === last;
  });
  assert.ok(sent < size / 2, `${sent} bytes were taken from the upstream`);
  socket.destroy();
});

test('a client of HTTP/1.0 gets no chunks', async () => {
  const { url: upstream, close } = await startLocalServer((_request, response) => {
    response.write('abc');
    response.end('de');
  });
  after(close);
  const { url } = await testRecorder(upstream);
  const text = await rawCall(url, 'GET / HTTP/1.0\r\n\r\n');
  assert.match(text, /\r\n\r\nabcde$/);
  assert.doesNotMatch(text, /transfer-encoding/i);
});
