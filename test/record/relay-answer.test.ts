import assert from 'node:assert/strict';
import { once } from 'node:events';
import { IncomingMessage, request, ServerResponse } from 'node:http';
import { createConnection, Socket } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { relayAnswer, writePiece } from '../../src/record/relay-answer.ts';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { rawUpstream as upstreamOfSockets } from '../helpers/raw-upstream.ts';
import { rawCall, testRecorder } from '../helpers/test-recorder.ts';

const ASK = 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}';

/** An upstream that answers every request with bytes, whatever they are. */
async function rawUpstream(answer: (socket: Socket) => unknown): Promise<URL> {
  return (await upstreamOfSockets(({ socket }) => answer(socket))).url;
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
  const asked = Promise.withResolvers<ServerResponse>();
  const { url: upstream, close } = await startLocalServer((_request, response) => asked.resolve(response));
  after(close);
  const { url, end } = await testRecorder(upstream);
  const call = request(url, { method: 'POST' }).end('{}');
  const sent = await asked.promise;
  sent.flushHeaders();
  const [got] = (await once(call, 'response')) as [IncomingMessage];
  for (let i = 0; i < 5; i++) {
    // Each is sent when the one before has come through.
    sent.write(`data: ${i}\n\n`);
    const [piece] = await once(got, 'data');
    assert.equal(String(piece), `data: ${i}\n\n`);
    await sleep(20);
  }
  sent.end();
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

test('heads that curl and Python take are passed on, with a framing that is sound', async () => {
  const body = '{"a":1}';
  const chunked = `7\r\n${body}\r\n0\r\n\r\n`;
  const heads = [
    [
      `HTTP/1.1 200 OK\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
      'Transfer-Encoding: chunked',
    ],
    [`HTTP/1.1 200 OK\r\nContent-Length: 7\r\nA: 1\r\ncontent-length: 7\r\n\r\n${body}`, 'Content-Length: 7'],
    [`HTTP/1.1 200 OK\nA: 1\nContent-Length: 7\n\n${body}`, 'Content-Length: 7'],
    [`HTTP/1.1  200\tOK\r\nX Y: 1\r\nContent-Length: +7\r\n\r\n${body}`, 'Content-Length: 7'],
    [
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7  \r\n${body}\r\n0\r\n\r\n`,
      'Transfer-Encoding: chunked',
    ],
    [
      `HTTP/1.1 200 OK\r\nX-Big: ${'a'.repeat(60_000)}\r\nContent-Length: 7\r\n\r\n${body}`,
      'Content-Length: 7',
    ],
  ] as const;
  for (const [bytes, framing] of heads) {
    const upstream = await rawUpstream((socket) => socket.write(bytes));
    const { url, end } = await testRecorder(upstream);
    const text = await rawCall(url, ASK, (got) => got.includes(body));
    const head = text.slice(0, text.indexOf('\r\n\r\n'));
    const said = head.split('\r\n').filter((line) => /^(content-length|transfer-encoding):/i.test(line));
    assert.deepEqual(said, [framing]);
    const { answer } = await end(1);
    assert.deepEqual([answer.transport, Buffer.from(answer.body ?? []).toString()], ['complete', body]);
  }
});

test('interim responses are passed on before the final one', async () => {
  const upstream = await rawUpstream((socket) => {
    socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\n\r\n');
    socket.write('HTTP/1.1 102 Processing\r\n\r\n');
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  const { url, end } = await testRecorder(upstream);
  assert.equal(
    await rawCall(url, ASK, (text) => text.endsWith('ok')),
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  );
  assert.equal((await end(1)).answer.status, 200);
  const old = await rawCall(url, 'POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}');
  assert.match(old, /^HTTP\/1\.1 200 /, 'HTTP/1.0 knows none');
});

/** Locations as the upstream says them ({here} is its origin) and as the client of recorder.example gets them. */
const LOCATIONS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  '': [
    ['{here}/v1/x?a=%2F#b', 'http://recorder.example/v1/x?a=%2F#b'],
    ['{here}', 'http://recorder.example/'],
    ['{here}?q', 'http://recorder.example/?q'],
    ['/v1/x', '/v1/x'],
    ['x/y', 'x/y'],
    ['https://login.example/', 'https://login.example/'],
    ['//other.example/', '//other.example/'],
    ['http://127.0.0.1:1/', 'http://127.0.0.1:1/'],
  ],
  '/llm': [
    ['{here}/llm/v1/x', 'http://recorder.example/v1/x'],
    ['{here}/llm', 'http://recorder.example/'],
    ['/llm/v1/x', '/v1/x'],
    ['{here}/llmx/y', '{here}/llmx/y'],
    ['{here}/login', '{here}/login'],
  ],
};

for (const [base, locations] of Object.entries(LOCATIONS)) {
  test(`a Location that names the upstream${base} leads to the recorder, every other one stays`, async () => {
    for (const [said, expected] of locations) {
      let origin = '';
      const upstream = await rawUpstream((socket) =>
        socket.write(
          `HTTP/1.1 307 X\r\nLOCATION: ${said.replace('{here}', origin)}\r\nContent-Length: 0\r\n\r\n`,
        ),
      );
      ({ origin } = upstream);
      const { url, end } = await testRecorder(new URL(`${origin}${base}`));
      const ask = 'POST /a HTTP/1.1\r\nHost: recorder.example\r\nContent-Length: 0\r\n\r\n';
      const text = await rawCall(url, ask, (got) => got.endsWith('\r\n\r\n'));
      assert.equal(/^LOCATION: (.*)\r$/m.exec(text)?.[1], expected.replace('{here}', origin));
      assert.ok(
        (await end(1)).answer.headers.includes(said.replace('{here}', origin)),
        'the tape has it as it was',
      );
    }
  });
}

const CLOSE = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';

/** The bytes on the wire, behind the head, when `write` writes these pieces. */
async function wire(
  pieces: readonly Buffer[],
  write: (response: ServerResponse, piece: Buffer) => boolean,
  headers: Record<string, string> = {},
): Promise<string> {
  const server = await startLocalServer((_request, response) => {
    response.writeHead(200, headers).flushHeaders();
    // As pieces come: each in a turn of its own, some together.
    void (async () => {
      for (const [i, piece] of pieces.entries()) {
        write(response, piece);
        if (i % 3 === 0) await new Promise(setImmediate);
      }
      response.end();
    })();
  });
  const text = await rawCall(server.url, CLOSE);
  await server.close();
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}

test('on the wire it is what response.write makes, whatever the pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 }),
      async (arrays) => {
        const pieces = arrays.map((array) => Buffer.from(array));
        const theirs = await wire(pieces, (response, piece) => response.write(piece));
        assert.equal(await wire(pieces, writePiece), theirs);
      },
    ),
    { numRuns: 30 },
  );
});

test('large pieces, and answers with a length, are left to response.write', async () => {
  const large = [Buffer.alloc(100_000, 'a'), Buffer.from('b'), Buffer.alloc(20_000, 'c'), Buffer.from('d')];
  assert.equal(await wire(large, writePiece), await wire(large, (response, piece) => response.write(piece)));
  const short = [Buffer.from('ab'), Buffer.from('c')];
  assert.equal(await wire(short, writePiece, { 'content-length': '3' }), 'abc');
});

test('a client that does not read is noticed: what waits grows to the mark and no further', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = await startLocalServer((_request, response) => {
    let waiting = 0;
    const piece = Buffer.alloc(1_000, 'x');
    for (let i = 0; i < 100_000 && writePiece(response, piece); i++) waiting = response.writableLength;
    resolve(waiting);
    response.destroy();
  });
  const socket = rawCall(server.url, CLOSE, () => true);
  assert.ok((await promise) < 1_000_000);
  await socket;
  await server.close();
});

test('a body that comes without a pause gives others their turn', async () => {
  const request = new IncomingMessage(new Socket());
  Object.assign(request, { httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 });
  const response = Object.assign(new ServerResponse(request), { write: () => true });
  const answer = Object.assign(new IncomingMessage(new Socket()), { statusCode: 200 });
  const order: string[] = [];
  relayAnswer(answer, response, new URL('http://x'), {
    piece: () => order.push('piece'),
    complete: () => undefined,
    cut: () => undefined,
    offerChunks: () => undefined,
  });
  for (let i = 0; i < 4; i += 1) answer.push(Buffer.alloc(64 * 1024));
  for (let i = 0; i < 4; i += 1) {
    await new Promise(setImmediate);
    order.push('other');
  }
  assert.deepEqual(order.slice(0, 6), ['piece', 'other', 'piece', 'other', 'piece', 'other']);
});
