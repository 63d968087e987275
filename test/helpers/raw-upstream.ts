import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after } from 'node:test';

/** One request as its bytes came: its head, split in lines, and its body by length or chunks. */
export interface RawRequest {
  /** Counts from 1 over all connections. */
  readonly number: number;
  /** Counts from 1. */
  readonly connection: number;
  readonly lines: readonly string[];
  readonly socket: Socket;
}

export interface RawUpstream {
  readonly url: URL;
  readonly requests: RawRequest[];
}

/**
 * An upstream of bare sockets. `answer` is called as soon as a head is complete; bodies are read over, unless it says
 * `unread`: then nothing more is read from the connection.
 */
export async function rawUpstream(
  answer: (request: RawRequest) => unknown,
  { unread = false } = {},
): Promise<RawUpstream> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    const connection = ++connections;
    let text = '';
    /** Bytes of a body that are still to come. */
    let left = 0;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (;;) {
        const skipped = Math.min(left, text.length);
        left -= skipped;
        text = text.slice(skipped);
        const end = text.indexOf('\r\n\r\n');
        if (left > 0 || end === -1) return;
        const lines = text.slice(0, end).split('\r\n');
        text = text.slice(end + 4);
        left = Number(/^content-length: *(\d+)$/im.exec(lines.join('\n'))?.[1] ?? 0);
        if (unread) socket.pause();
        const request = { number: requests.length + 1, connection, lines, socket };
        requests.push(request);
        answer(request);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), requests };
}
