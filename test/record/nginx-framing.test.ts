import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { FRAMING_CASES, STRICTER_THAN_NGINX } from '../helpers/framing-cases.ts';
import { startNginx } from '../helpers/nginx.ts';
import { rawCall, testRecorder } from '../helpers/test-recorder.ts';

const hasNginx = spawnSync('nginx', ['-v']).error === undefined;

/** What an upstream makes of the bytes that came: it answers each request that is whole. */
interface Seen {
  readonly line: string;
  readonly body: string;
}

/** An upstream that notes what reaches it. */
async function loggingUpstream() {
  let bytes = '';
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let text = '';
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      bytes += piece.toString('latin1');
      text += piece.toString('latin1');
      for (let one = firstRequest(text); one !== null; one = firstRequest(text)) {
        text = text.slice(one.length);
        seen.push(one);
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    take() {
      const taken = { bytes, seen: seen.splice(0).map(({ line, body }) => ({ line, body })) };
      bytes = '';
      return taken;
    },
  };
}

function firstRequest(text: string): (Seen & { readonly length: number }) | null {
  const end = text.indexOf('\r\n\r\n') + 4;
  if (end === 3) return null;
  const head = text.slice(0, end);
  const line = (head.split('\r\n', 1)[0] ?? '').replace(/ HTTP\/1\.[01]$/, '');
  if (/^transfer-encoding: *chunked\r$/im.test(head)) {
    let at = end;
    let body = '';
    for (;;) {
      const lineEnd = text.indexOf('\r\n', at);
      if (lineEnd === -1) return null;
      const size = Number.parseInt(text.slice(at, lineEnd), 16);
      body += text.slice(lineEnd + 2, lineEnd + 2 + size);
      at = lineEnd + 4 + size;
      if (at > text.length) return null;
      if (size === 0) return { line, body, length: at };
    }
  }
  const length = Number(/^content-length: *(\d+)\r$/im.exec(head)?.[1] ?? 0);
  return text.length < end + length
    ? null
    : { line, body: text.slice(end, end + length), length: end + length };
}

/** The second request of some cases, which nginx may forward as late as in the next case. */
const PIPELINED = 'GET /smuggled';

test('what nginx refuses never reaches the upstream; what passes is one request with equal framing', {
  skip: hasNginx ? false : 'nginx is not installed: apt-get install nginx-light',
}, async (t) => {
  // One each: nginx may forward a pipelined request after its first answer.
  const [theirUpstream, upstream] = [await loggingUpstream(), await loggingUpstream()];
  const nginx = await startNginx(theirUpstream.url);
  assert.ok(nginx);
  after(() => nginx.stop());
  const { url } = await testRecorder(upstream.url);
  theirUpstream.take();
  upstream.take();
  for (const [name, bytes] of Object.entries(FRAMING_CASES)) {
    await t.test(name, async () => {
      // A side that waits for more sees that nothing comes.
      const call = (to: URL): Promise<string> =>
        rawCall(to, bytes, (text) => /^HTTP\/1\.[01] \d/.test(text) && text.includes('\r\n\r\n'));
      const theirs = await call(nginx.url);
      const reference = theirUpstream.take().seen.filter(({ line }) => line !== PIPELINED);
      const ours = await call(url);
      const got = upstream.take();
      assert.equal(got.seen.length <= 1, true, got.bytes);
      assert.doesNotMatch(got.bytes, /^GET \/smuggled/m);
      if (reference.length === 0) {
        assert.equal(got.bytes, '', `nginx said ${theirs.slice(0, 30)}, we ${ours.slice(0, 30)}`);
        assert.match(ours, /^HTTP\/1\.1 [45]\d\d /);
      } else if (STRICTER_THAN_NGINX.has(name)) {
        assert.equal(got.bytes, '');
        assert.match(ours, /^HTTP\/1\.1 [45]\d\d /);
      } else assert.deepEqual(got.seen[0], reference[0]);
    });
  }
});
