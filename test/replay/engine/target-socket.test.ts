import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import type { AnswerError } from '../../../src/model/outcome.ts';
import { openSocket, USUAL_TRUST } from '../../../src/replay/engine/target-socket.ts';
import { unusedUrl } from '../../helpers/local-server.ts';
import { selfSigned } from '../../helpers/self-signed.ts';

/** Opens a socket, sends `head` and `body`, and gives what came until it closed. */
function talk(
  url: URL,
  head: string,
  body: Uint8Array | null,
): Promise<{ came: string; error: AnswerError }> {
  return new Promise((resolve) => {
    let came = '';
    const socket = openSocket(url, USUAL_TRUST, {
      onOpen: () => socket.write(head, body),
      onBytes: (bytes, length) => {
        came += bytes.toString('latin1', 0, length);
      },
      onClose: (error) => resolve({ came, error }),
    });
  });
}

test('head and body arrive whole, small and large, and what comes back is handed over', async () => {
  const server = createServer((socket) => {
    let bytes = 0;
    socket.on('data', (piece) => {
      bytes += piece.length;
      if (bytes === 5 || bytes === 50_004) socket.end(`got ${bytes}`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  assert.equal((await talk(url, 'head', Buffer.from('b'))).came, 'got 5');
  assert.equal((await talk(url, 'head', Buffer.alloc(50_000))).came, 'got 50004');
  assert.equal((await talk(url, 'head!', null)).came, 'got 5');
  server.close();
});

test('a socket that cannot be opened closes with the reason', async () => {
  const { came, error } = await talk(await unusedUrl(), 'x', null);
  assert.deepEqual([came, error.code], ['', 'refused']);
});

test('after destroy no event comes any more', async () => {
  const server = createServer((socket) =>
    socket
      .resume()
      .on('error', () => undefined)
      .write('x'),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  let told = 0;
  const socket = openSocket(
    new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    USUAL_TRUST,
    {
      onOpen: () => told++,
      onBytes: () => told++,
      onClose: () => told++,
    },
  );
  socket.destroy();
  assert.equal(socket.isOpen(), false);
  const [peer] = await once(server, 'connection');
  await new Promise((resolve) => peer.once('close', resolve));
  assert.equal(told, 0);
  server.close();
});

test('TLS: an unknown certificate is refused', async () => {
  const server = createTlsServer(selfSigned(), (socket) => socket.end('hi'));
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`https://localhost:${(server.address() as AddressInfo).port}`);
  const { error } = await talk(url, 'x', null);
  assert.equal(error.code, 'tls');
  assert.match(error.detail ?? '', /self.signed/i);
  server.close();
});
