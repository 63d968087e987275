import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { startLocalServer, unusedUrl } from '../helpers/local-server.ts';
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
  assert.match(error.message, new RegExp(`^reprise: ${upstream.origin} cannot be reached: .*ECONNREFUSED`));
  const { answer } = await end(1);
  assert.deepEqual([answer.transport, answer.status], ['unreachable', null]);
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

test('a connection that the upstream closed while idle is tried once more, body included', async () => {
  const bodies: string[] = [];
  let connections = 0;
  const server = createServer((socket: Socket) => {
    connections += 1;
    const own = connections;
    let served = 0;
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      // The first connection answers once and dies on its second request, as after an idle close.
      if (own === 1 && served === 1) {
        socket.destroy();
        return;
      }
      served += 1;
      bodies.push(piece.toString().split('\r\n\r\n')[1] ?? '');
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  const { url, end } = await testRecorder(
    new URL(`http://127.0.0.1:${(server.address() as { port: number }).port}`),
  );
  assert.equal((await httpCall(url, '{"a":1}')).text, 'ok');
  assert.equal((await httpCall(url, '{"a":2}')).text, 'ok');
  assert.deepEqual(bodies, ['{"a":1}', '{"a":2}']);
  assert.equal(connections, 2);
  const { answer, requestBody } = await end(2);
  assert.equal(answer.transport, 'complete');
  assert.equal(Buffer.from(requestBody ?? []).toString(), '{"a":2}');
});

test('requests that smuggle are refused: chunked DELETE, two framings', async () => {
  const { url: upstream, held } = await endlessUpstream(false);
  const { url } = await testRecorder(upstream);
  const smuggled = '5\r\nhello\r\n0\r\n\r\n';
  const chunked = await rawCall(
    url,
    `DELETE /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${smuggled}`,
  );
  assert.match(chunked, /^HTTP\/1\.1 411 /);
  const both = await rawCall(
    url,
    `POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n${smuggled}`,
  );
  assert.match(both, /^HTTP\/1\.1 400 /);
  assert.equal(held.seen, 0);
});
