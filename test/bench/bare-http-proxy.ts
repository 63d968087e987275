import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxyServer } from 'http-proxy';

/**
 * The least that a proxy on the library does that `record` is built on, as a command: `bare-http-proxy.ts PORT` forwards what
 * its clients send to a port, on connections that are kept, and prints the port that it listens on. It checks and records
 * nothing. What is above its cost is ours, what is below it is the library's, Node's and the kernel's.
 */

const agent = new Agent({ keepAlive: true });
const proxy = createProxyServer({ target: new URL(`http://127.0.0.1:${process.argv[2]}`), agent });
proxy.on('error', (_error, _request, client) => client.destroy());

const server = createServer((request, response) => proxy.web(request, response));
server.listen(0, '127.0.0.1', 4_096, () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
