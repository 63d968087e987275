import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { httpCall } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { startNginx } from '../helpers/nginx.ts';
import { childrenOf, residentBytes } from '../helpers/process-cpu.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/** What abusive clients cost the others, beside nginx under the same abuse: latency of a request every 10 ms, memory, files. */

const DURING_MS = 3_000;
const HEAD = 'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n';

/** Opens connections that are kept; each writes `bytes`. */
const ABUSES: Readonly<Record<string, (open: () => Socket) => void>> = {
  none: () => undefined,
  'slow heads, 300': (open) => repeat(300, () => open().write(`${HEAD}X-Slow: `)),
  'silent connections, 1000': (open) => repeat(1_000, open),
  'pipelined requests, 1500': (open) => open().write('GET /x HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_500)),
  'chunks of one byte, 6 MB': (open) =>
    open().write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(6_000_000)}0\r\n\r\n`),
  'clients that read nothing, 100': (open) =>
    repeat(100, () => open().pause().write('GET /endless HTTP/1.1\r\nHost: x\r\n\r\n')),
  'endless streams, 20': (open) =>
    repeat(20, () => open().resume().write('GET /endless-events HTTP/1.1\r\nHost: x\r\n\r\n')),
  'flood of connections, 3000': (open) => {
    let left = 60;
    const flood = setInterval(() => {
      repeat(50, () => open().end('GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
      if (--left === 0) clearInterval(flood);
    }, 50);
  },
  'bombs of gzip, 20': (open) =>
    repeat(20, () => {
      const socket = open();
      socket.write(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${BOMB.length}\r\n\r\n`);
      socket.write(BOMB);
    }),
};

/** 200 MB of nothing, as 200 KB of gzip. */
const BOMB = gzipSync(Buffer.alloc(200 * 1024 * 1024));

function repeat(times: number, act: () => unknown): void {
  for (let i = 0; i < times; i += 1) act();
}

const upstream = await startLocalServer((request, response) => {
  request.resume();
  if (request.url === '/endless-events') {
    const timer = setInterval(() => response.write('data: {"choices":[{"delta":{"content":"a"}}]}\n\n'), 10);
    response.on('close', () => clearInterval(timer));
    return;
  }
  if (request.url !== '/endless') {
    request.on('end', () => response.end('{}'));
    return;
  }
  const piece = Buffer.alloc(64 * 1024);
  const more = (): void => {
    let flows = true;
    while (flows) flows = !response.destroyed && response.write(piece);
  };
  response.on('drain', more);
  more();
});
const nginx = await startNginx(upstream.url);
const folder = tempFolder();
process.stdout.write('abuse, proxy, p50 ms, p99 ms, most memory MB, most files\n');
for (const [abuse, start] of Object.entries(ABUSES)) {
  const { url, recorder, stop } = await recorderCli(upstream.url, join(folder, `${abuse}.sqlite`));
  const sides = [
    { name: 'reprise', url, pid: recorder.child.pid ?? 0 },
    ...(nginx === null ? [] : [{ name: nginx.version, url: nginx.url, pid: nginx.pid }]),
  ];
  for (const side of sides)
    process.stdout.write(`${[abuse, side.name, ...(await measure(side, start))].join(', ')}\n`);
  await stop();
}
nginx?.stop();
process.exit();

async function measure(
  side: { readonly url: URL; readonly pid: number },
  start: (open: () => Socket) => void,
) {
  const sockets: Socket[] = [];
  start(() => {
    const socket = connect(Number(side.url.port), side.url.hostname);
    socket.on('error', () => undefined);
    sockets.push(socket);
    return socket;
  });
  const times: number[] = [];
  let [memory, files] = [0, 0];
  for (const until = performance.now() + DURING_MS; performance.now() < until; await sleep(10)) {
    const from = performance.now();
    await httpCall(new URL('/other', side.url), '{}').catch(() => undefined);
    times.push(performance.now() - from);
    const all = [side.pid, ...childrenOf(side.pid)].reduce((sum, pid) => sum + residentBytes(pid), 0);
    memory = Math.max(memory, all / 1024 ** 2);
    files = Math.max(files, readdirSync(`/proc/${side.pid}/fd`).length);
  }
  for (const socket of sockets) socket.destroy();
  await sleep(300);
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
  return [at(0.5), at(0.99), memory.toFixed(0), files];
}
