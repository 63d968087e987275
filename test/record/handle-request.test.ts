import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { startLocalServer, unusedUrl } from '../helpers/local-server.ts';
import { rawUpstream } from '../helpers/raw-upstream.ts';
import { rawCall, testRecorder } from '../helpers/test-recorder.ts';

/** An upstream that never ends: it counts the requests it holds. */
async function endlessUpstream(stream: boolean) {
  const held = { open: 0, seen: 0 };
  const server = await startLocalServer((_request, response) => {
    held.open += 1;
    held.seen += 1;
    if (stream) response.write('data: x\n\n');
    response.on('close', () => {
      held.open -= 1;
    });
  });
  after(() => server.close());
  return { url: server.url, held };
}

function send(url: URL): ReturnType<typeof request> {
  const call = request(url, { method: 'POST', agent: false });
  call.on('error', () => undefined);
  call.end('{}');
  return call;
}

test('a client that goes before the answer takes its request with it', async () => {
  const { url: upstream, held } = await endlessUpstream(false);
  const { url, end } = await testRecorder(upstream);
  const call = send(url);
  await eventually(() => held.open === 1);
  call.destroy();
  await eventually(() => held.open === 0);
  const { answer } = await end(1);
  assert.deepEqual([answer.transport, answer.status], ['client_aborted', null]);
});

test('a client that goes in mid-stream takes its request with it', async () => {
  const { url: upstream, held } = await endlessUpstream(true);
  const { url, end } = await testRecorder(upstream);
  const call = send(url);
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  await once(answer, 'data');
  call.destroy();
  await eventually(() => held.open === 0);
  const ended = await end(1);
  assert.deepEqual(
    [ended.answer.transport, ended.answer.status, ended.answer.bodyBytes],
    ['client_aborted', 200, 9],
  );
});

test('a hundred clients that go at any moment leave nothing behind, and each exchange ends once', async () => {
  const { url: upstream, held } = await endlessUpstream(true);
  const { url, starts, ends, recorder } = await testRecorder(upstream);
  await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const call = send(url);
      const moments = ['socket', 'finish', 'response'] as const;
      await once(call, moments[i % moments.length] ?? 'socket');
      call.destroy();
    }),
  );
  await eventually(() => held.open === 0 && recorder.stats().inFlight === 0 && ends.length === starts.length);
  assert.ok(held.seen > 0);
  assert.equal(new Set(ends.map(({ number }) => number)).size, ends.length);
});

test('an upstream that is not there: 502 in OpenAI’s error shape, recorded as unreachable', async () => {
  const upstream = await unusedUrl();
  const { url, end } = await testRecorder(upstream);
  const { status, text } = await httpCall(url, '{}');
  assert.equal(status, 502);
  const { error } = JSON.parse(text);
  assert.equal(error.type, 'upstream_unreachable');
  assert.equal(error.message, 'reprise: the upstream cannot be reached: refused', 'no internal address');
  const { answer } = await end(1);
  assert.deepEqual([answer.transport, answer.status], ['unreachable', null]);
  const open = await testRecorder(upstream, { namesUpstream: true });
  const told = JSON.parse((await httpCall(open.url, '{}')).text).error.message;
  assert.match(told, new RegExp(`^reprise: ${upstream.origin} cannot be reached: .*ECONNREFUSED`));
});

test('an upstream that dies before it answers: 502, recorded as aborted', async () => {
  const server = createServer((socket) => {
    socket.once('data', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  const { url, end } = await testRecorder(
    new URL(`http://127.0.0.1:${(server.address() as { port: number }).port}`),
  );
  const { status } = await httpCall(url, '{}');
  assert.equal(status, 502);
  assert.equal((await end(1)).answer.transport, 'upstream_aborted');
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

test('a kept connection that breaks at once: the request is sent once more, whatever its size, and that is written down', async () => {
  for (const size of [10, 1_500_000]) {
    // The first connection answers once and dies on its second request, as after an idle close.
    const upstream = await rawUpstream(({ connection, number, socket }) => {
      if (connection === 1 && number > 1) socket.destroy();
      else socket.write(OK);
    });
    const { url, end, recorder } = await testRecorder(upstream.url);
    assert.equal((await httpCall(url, '{"a":1}')).text, 'ok');
    const body = JSON.stringify('x'.repeat(size));
    assert.equal((await httpCall(url, body)).text, 'ok');
    assert.deepEqual(
      upstream.requests.map(({ connection }) => connection),
      [1, 1, 2],
    );
    const [first, second] = [await end(1), await end(2)];
    assert.deepEqual([first.sentTwice, second.sentTwice], [false, true]);
    assert.equal(second.answer.transport, 'complete');
    assert.equal(Buffer.from(second.requestBody ?? []).toString(), body, 'it is on the tape once');
    assert.equal(recorder.stats().resent, 1);
  }
});

test('it is sent once more at the most', async () => {
  const upstream = await rawUpstream(({ number, socket }) => {
    if (number > 1) socket.destroy();
    else socket.write(OK);
  });
  const { url, end } = await testRecorder(upstream.url);
  await httpCall(url, '{}');
  assert.equal((await httpCall(url, '{}')).status, 502);
  assert.equal(upstream.requests.length, 3);
  assert.deepEqual([(await end(2)).sentTwice, (await end(2)).answer.transport], [true, 'upstream_aborted']);
});

/** Requests whose connection breaks after a first good answer, and that are not to be sent again. */
const SENT_ONCE: Readonly<
  Record<string, { readonly die: (socket: Socket) => unknown; readonly maxResentBytes?: number }>
> = {
  'the server worked on it for longer than 100 ms': {
    die: (socket) => setTimeout(() => socket.destroy(), 150),
  },
  'a byte of an answer had come': { die: (socket) => socket.end('H') },
  'an interim answer had come': { die: (socket) => socket.end('HTTP/1.1 102 Processing\r\n\r\n') },
  'its body is larger than what is kept': { die: (socket) => socket.destroy(), maxResentBytes: 5 },
};

for (const [name, { die, maxResentBytes = 1_000 }] of Object.entries(SENT_ONCE)) {
  test(`not sent a second time: ${name}`, async () => {
    const upstream = await rawUpstream(({ number, socket }) =>
      number === 2 ? die(socket) : socket.write(OK),
    );
    const { url, end, recorder } = await testRecorder(upstream.url, { maxResentBytes });
    await httpCall(url, '{}');
    assert.equal((await httpCall(url, '{"a":123456}')).status, 502);
    assert.equal(upstream.requests.length, 2);
    assert.deepEqual(
      [(await end(2)).sentTwice, (await end(2)).answer.transport],
      [false, 'upstream_aborted'],
    );
    assert.equal(recorder.stats().resent, 0);
  });
}

test('a fresh connection that breaks is not tried again', async () => {
  const upstream = await rawUpstream(({ socket }) => socket.destroy());
  const { url } = await testRecorder(upstream.url);
  assert.equal((await httpCall(url, '{}')).status, 502);
  assert.equal(upstream.requests.length, 1);
});

test('an answer before the end of the upload reaches the client, which may continue sending', async () => {
  const upstream = await rawUpstream(
    ({ socket }) =>
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlong', () =>
        socket.destroy(),
      ),
    { unread: true },
  );
  const { url, end } = await testRecorder(upstream.url);
  const size = 6_000_000;
  let number = 0;
  for (const connection of ['close', 'keep-alive']) {
    const socket = connect({ port: Number(url.port), host: url.hostname, allowHalfOpen: true });
    socket.on('error', (error) => assert.fail(error));
    const ended = once(socket, 'end');
    let text = '';
    socket.on('data', (piece) => {
      text += piece;
    });
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\nContent-Length: ${size}\r\n\r\n`,
    );
    for (let sent = 0; sent < size; sent += 100_000) {
      if (!socket.write(Buffer.alloc(100_000))) await once(socket, 'drain');
    }
    await eventually(() => text.endsWith('long'));
    assert.match(text, /^HTTP\/1\.1 413 Too Large\r\n/);
    const { answer, requestTruncated } = await end(++number);
    assert.deepEqual([answer.transport, answer.status, requestTruncated], ['complete', 413, true]);
    if (connection === 'close') await ended;
    else {
      socket.write('GET /next HTTP/1.1\r\nHost: x\r\n\r\n');
      await eventually(() => text.split('HTTP/1.1 413').length === 3);
      number += 1;
    }
    socket.destroy();
  }
});

test('an answer that cannot be passed on: 502 that says what is wrong, recorded as malformed', async () => {
  const cases = [
    ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok', /Content-Length/i],
    ['SSH-2.0-OpenSSH_9.6\r\n\r\n', /HTTP/],
    ['HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n', /another protocol/],
    [`HTTP/1.1 200 OK\r\nX: ${'a'.repeat(300_000)}\r\n\r\n`, /larger than 256 KiB/],
  ] as const;
  for (const [bytes, words] of cases) {
    const upstream = await rawUpstream(({ socket }) => socket.write(bytes));
    const { url, end } = await testRecorder(upstream.url);
    const { status, text } = await httpCall(url, '{}');
    const { error } = JSON.parse(text);
    assert.deepEqual([status, error.type], [502, 'malformed']);
    assert.match(error.message, words);
    assert.doesNotMatch(error.message, /broke|closed|without an answer/);
    const { answer } = await end(1);
    assert.deepEqual([answer.transport, answer.status], ['malformed', null]);
    assert.match(answer.error?.detail ?? '', words);
  }
});

test('a body that stops being HTTP in the middle is malformed, not aborted', async () => {
  const upstream = await rawUpstream(({ socket }) =>
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n'),
  );
  const { url, end } = await testRecorder(upstream.url);
  const text = await rawCall(url, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}');
  assert.ok(text.includes('ok') && !text.includes('0\r\n\r\n'));
  const { answer } = await end(1);
  assert.deepEqual([answer.transport, answer.status], ['malformed', 200]);
  assert.match(answer.error?.detail ?? '', /chunk size/i);
});

test('an upload that never ends after its answer is closed in time; one that ends keeps its connection', async () => {
  const upstream = await rawUpstream(({ socket }) => socket.write(OK), { unread: true });
  const { url } = await testRecorder(upstream.url, { lingerMs: 40 });
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n{';
  const [stuck, ending] = [0, 1].map(() => {
    const socket = connect(Number(url.port), url.hostname);
    socket.write(head);
    return socket;
  });
  assert.ok(stuck !== undefined && ending !== undefined);
  const closed = once(stuck, 'close');
  const answers: string[] = [];
  stuck.resume();
  ending.on('data', (piece) => answers.push(String(piece)));
  await eventually(() => answers.length > 0);
  ending.write(Buffer.alloc(100_000));
  await closed;
  await new Promise((resolve) => setTimeout(resolve, 60));
  ending.write(head);
  await eventually(() => answers.join('').split('HTTP/1.1 200').length === 3);
  ending.destroy();
});

test('a request that must not be recorded unseen is refused, and its client may send it to the end', async () => {
  const { url: upstream, held } = await endlessUpstream(false);
  const { url } = await testRecorder(upstream, { refuseRecorded: () => 'the disk is full' });
  const size = 6_000_000;
  const socket = connect({ port: Number(url.port), host: url.hostname, allowHalfOpen: true });
  socket.on('error', (error) => assert.fail(error));
  let text = '';
  socket.on('data', (piece) => {
    text += piece;
  });
  const ended = once(socket, 'end');
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`);
  for (let sent = 0; sent < size; sent += 100_000) {
    if (!socket.write(Buffer.alloc(100_000))) await once(socket, 'drain');
  }
  await ended;
  assert.match(text, /^HTTP\/1\.1 503 .*the disk is full/s);
  assert.equal(held.seen, 0);
});

test('a request with two framings is refused', async () => {
  const { url: upstream, held } = await endlessUpstream(false);
  const { url } = await testRecorder(upstream);
  const both = await rawCall(
    url,
    'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  );
  assert.match(both, /^HTTP\/1\.1 400 /);
  assert.equal(held.seen, 0);
});
