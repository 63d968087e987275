import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';
import { rawCall, testRecorder } from '../helpers/test-recorder.ts';

const folder = tempFolder();

/** An upstream that believes everything: it answers 200 to whatever comes and notes every byte. */
async function credulousUpstream() {
  let seen = '';
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      seen += bytes.toString('latin1');
      if (seen.includes('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), seen: () => seen };
}

const POST = 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';

const REFUSED: Readonly<Record<string, string>> = {
  'two framings at once': `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'two lengths': `${POST}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd${SMUGGLED}`,
  'a length with a sign': `${POST}Content-Length: +4\r\n\r\nabcd`,
  'a length that is none': `${POST}Content-Length: 0x4\r\n\r\nabcd`,
  'chunked not last': `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'a coding that looks like chunked': `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'a space before the colon': `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'a folded header': `${POST}Transfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  'a zero byte in a header': `${POST}X: a\0b\r\n\r\n`,
  'a chunk size that is none': `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n`,
  'no host': 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
  'a header of 70 KB': `${POST}X: ${'a'.repeat(70_000)}\r\n\r\n`,
  'no HTTP at all': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
};

for (const [name, bytes] of Object.entries(REFUSED)) {
  test(`refused, and nothing smuggled: ${name}`, async () => {
    const upstream = await credulousUpstream();
    const { url } = await testRecorder(upstream.url);
    const answer = await rawCall(url, bytes);
    assert.match(answer, /^HTTP\/1\.1 4\d\d /, JSON.stringify(answer.slice(0, 80)));
    assert.equal(upstream.seen().includes('smuggled'), false, upstream.seen());
    assert.equal(
      (await rawCall(url, `${POST}Content-Length: 2\r\n\r\n{}`)).includes('200'),
      true,
      'it serves on',
    );
  });
}

test('Expect, Trailer and offers to upgrade are handled, whatever the method', async () => {
  const bodies: string[] = [];
  const upstream = await startLocalServer((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      bodies.push(body);
      response.end('ok');
    });
  });
  after(() => upstream.close());
  const { url } = await testRecorder(upstream.url);
  const expecting = await rawCall(url, `${POST}Expect: 100-continue\r\nContent-Length: 4\r\n\r\nbody`);
  assert.match(expecting, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  const trailers = await rawCall(
    url,
    `${POST}Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 1\r\n\r\n`,
  );
  assert.match(trailers, /^HTTP\/1\.1 200/);
  const trailerOnGet = await rawCall(
    url,
    'GET / HTTP/1.1\r\nHost: x\r\nTrailer: x\r\nConnection: close\r\n\r\n',
  );
  assert.match(trailerOnGet, /^HTTP\/1\.1 200/);
  const h2c = await rawCall(
    url,
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n',
    (text) => text.includes('ok'),
  );
  assert.match(h2c, /^HTTP\/1\.1 200/);
  // An upstream that does not want a WebSocket answers as to any request.
  const webSocket = await rawCall(
    url,
    'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n',
    (text) => text.includes('\r\n\r\n'),
  );
  assert.doesNotMatch(webSocket, / 101 /);
  assert.equal((await httpCall(url, '{}')).text, 'ok', 'and it serves on');
  assert.deepEqual(bodies.slice(0, 2), ['body', 'body']);
});

test('a client that sends byte by byte is served; one that closes its side half-way leaves nothing behind', async () => {
  let open = 0;
  const upstream = await startLocalServer((request, response) => {
    open += 1;
    response.on('close', () => {
      open -= 1;
    });
    request.resume().on('end', () => (request.url === '/silent' ? undefined : response.end('ok')));
  });
  after(() => upstream.close());
  const { url } = await testRecorder(upstream.url);
  const slow = connect(Number(url.port), url.hostname);
  const closed = once(slow, 'close');
  let text = '';
  slow.on('data', (bytes) => {
    text += bytes;
  });
  for (const byte of `${POST}Content-Length: 2\r\n\r\n{}`) {
    slow.write(byte);
    await sleep(1);
  }
  await closed;
  assert.match(text, /^HTTP\/1\.1 200/);
  const half = connect(Number(url.port), url.hostname);
  half.end('GET /silent HTTP/1.1\r\nHost: x\r\n\r\n');
  await eventually(() => open === 0);
  half.destroy();
});

test('an upload that was cut off does not leak into the next request', async () => {
  const seen: string[] = [];
  const upstream = await startLocalServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => response.end('ok'));
  });
  after(() => upstream.close());
  const { url } = await testRecorder(upstream.url);
  for (let i = 0; i < 20; i++) {
    const socket = connect(Number(url.port), url.hostname);
    socket.write(`POST /cut HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n${SMUGGLED}`);
    await eventually(() => seen.filter((line) => line.endsWith('/cut')).length === i + 1);
    socket.destroy();
    assert.equal((await httpCall(new URL('/whole', url), '{}')).text, 'ok');
  }
  assert.equal(
    seen.some((line) => line.includes('smuggled')),
    false,
  );
});

// Node raises its limit of open files to the hard one by itself.
const openFiles = Number(spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout);

/** For ten thousand: `IDLE_CONNECTIONS=10000 npx node --test test/e2e/recorder-abuse.test.ts`. */
const IDLE = Number(process.env.IDLE_CONNECTIONS ?? 2_000);

test('thousands of idle connections cost a request nothing but their memory', {
  skip: openFiles < IDLE + 1_000 && `this machine allows a process ${openFiles} open files`,
}, async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(folder, 'idle.sqlite');
  const { url, chat, stop } = await recorderCli(upstream, path);
  const sockets: Socket[] = [];
  for (let opened = 0; opened < IDLE; opened += 500) {
    const batch = Array.from({ length: 500 }, () => connect(Number(url.port), url.hostname));
    sockets.push(...batch);
    await Promise.all(batch.map((socket) => once(socket, 'connect')));
  }
  const { status } = await httpCall(chat, REFERENCE_REQUEST);
  assert.equal(status, 200);
  assert.equal(sockets.filter((socket) => socket.destroyed).length, 0);
  for (const socket of sockets) socket.destroy();
  await stop();
});
