import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';

/**
 * The least that a relay on Node does, as a command of its own: `bare-relay.ts PORT` passes bytes on between its clients and a
 * port, prints the port that it listens on, and neither parses nor records. What is above its cost is ours, what is below it
 * is Node's and the kernel's.
 */

const port = Number(process.argv[2]);
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

const server = createServer({ noDelay: true }, (client) => {
  const onread = {
    buffer: readBuffer,
    callback(length: number): boolean {
      const bytes = Buffer.allocUnsafe(length);
      readBuffer.copy(bytes, 0, 0, length);
      client.write(bytes);
      return true;
    },
  };
  const upstream = connect({ port, host: '127.0.0.1', noDelay: true, onread });
  client.on('data', (piece: Buffer) => upstream.write(piece));
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => undefined);
    one.on('close', () => other.destroy());
  }
});
server.listen(0, '127.0.0.1', 4_096, () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
