import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { httpCall } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { startNginx } from '../helpers/nginx.ts';
import { childrenOf, processCpuNs, residentBytes } from '../helpers/process-cpu.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/**
 * What abusive clients cost the others, beside nginx under the same abuse: latency of a request every 10 ms, memory, files and
 * CPU. Upstream and abusive clients have threads of their own, so that they do not hold up the one that measures.
 * `-- --only 'endless streams, 20'`
 */

const DURING_MS = 3_000;
const ROUNDS = 3;
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
  'clients that read slowly, 100': (open) =>
    repeat(100, () => {
      const socket = open();
      socket.on('data', () => {
        socket.pause();
        setTimeout(() => socket.resume(), 20);
      });
      socket.write('GET /endless HTTP/1.1\r\nHost: x\r\n\r\n');
    }),
  'endless streams, 20': (open) =>
    repeat(20, () => open().resume().write('GET /endless-events HTTP/1.1\r\nHost: x\r\n\r\n')),
  'flood of connections, 3000': (open) => {
    let left = 60;
    const flood = setInterval(() => {
      repeat(50, () => open().end('GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'));
      if (--left === 0) clearInterval(flood);
    }, 50);
  },
  'uploads that stall, 40 of 30 MB': (open) => {
    const most = Buffer.alloc(30 * 1024 * 1024, 'x');
    repeat(40, () => {
      const socket = open();
      socket.write(`${HEAD}Content-Length: ${most.length + 1}\r\n\r\n`);
      socket.write(most);
    });
  },
  'bombs of gzip, 20': (open) => {
    // 200 MB of nothing, as 200 KB of gzip.
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    repeat(20, () => {
      const socket = open();
      socket.write(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`);
      socket.write(bomb);
    });
  },
};

function repeat(times: number, act: () => unknown): void {
  for (let i = 0; i < times; i += 1) act();
}

/** What a thread of this file does. */
type Part =
  | { readonly part: 'upstream' }
  | { readonly part: 'abuse'; readonly name: string; readonly port: number; readonly host: string };

function startPart(part: Part): Worker {
  return new Worker(new URL(import.meta.url), { workerData: part });
}

async function serveUpstream(): Promise<void> {
  const { url } = await startLocalServer((request, response) => {
    request.resume();
    if (request.url === '/endless-events') {
      const event = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n';
      const timer = setInterval(() => response.write(event), 10);
      response.on('close', () => clearInterval(timer));
      return;
    }
    if (request.url !== '/endless') {
      request.on('end', () => response.end('{}'));
      return;
    }
    const piece = Buffer.alloc(64 * 1024);
    const more = (): void => {
      // A turn for each piece: one socket must not hold up the others here.
      if (!response.destroyed && response.write(piece)) setImmediate(more);
    };
    response.on('drain', more);
    more();
  });
  parentPort?.postMessage(url.href);
}

function abuse(name: string, port: number, host: string): void {
  ABUSES[name]?.(() => connect(port, host).on('error', () => undefined));
}

interface Side {
  readonly name: string;
  readonly url: URL;
  readonly pid: number;
}

async function measure(side: Side, name: string): Promise<readonly (string | number)[]> {
  const { hostname: host, port } = side.url;
  const abusers = startPart({ part: 'abuse', name, host, port: Number(port) });
  await once(abusers, 'online');
  const pids = [side.pid, ...childrenOf(side.pid)];
  const cpu = (): number => pids.reduce((sum, pid) => sum + processCpuNs(pid), 0) / 1e9;
  const before = cpu();
  const times: number[] = [];
  let [memory, files] = [0, 0];
  for (const until = performance.now() + DURING_MS; performance.now() < until; await sleep(10)) {
    const from = performance.now();
    await httpCall(new URL('/other', side.url), '{}').catch(() => undefined);
    times.push(performance.now() - from);
    memory = Math.max(memory, pids.reduce((sum, pid) => sum + residentBytes(pid), 0) / 1024 ** 2);
    files = Math.max(files, readdirSync(`/proc/${side.pid}/fd`).length);
  }
  const spent = cpu() - before;
  await abusers.terminate();
  await sleep(300);
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
  return [at(0.5), at(0.99), memory.toFixed(0), files, spent.toFixed(2)];
}

async function main(): Promise<void> {
  const [href] = await once(startPart({ part: 'upstream' }), 'message');
  const upstream = new URL(href);
  const nginx = await startNginx(upstream);
  const folder = tempFolder();
  const only = process.argv.indexOf('--only');
  const names = only === -1 ? Object.keys(ABUSES) : [process.argv[only + 1] ?? ''];
  process.stdout.write('abuse, proxy, p50 ms, p99 ms, most memory MB, most files, CPU s\n');
  for (const name of names) {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const { url, recorder } = await recorderCli(upstream, join(folder, `${name}-${round}.sqlite`));
      const sides: readonly Side[] = [
        { name: 'reprise', url, pid: recorder.child.pid ?? 0 },
        ...(nginx === null ? [] : [{ name: nginx.version, url: nginx.url, pid: nginx.pid }]),
      ];
      for (const side of sides)
        process.stdout.write(`${[name, side.name, ...(await measure(side, name))].join(', ')}\n`);
      // With losses, where more was sent than its queue holds.
      recorder.interrupt();
      await recorder.ended;
    }
  }
  nginx?.stop();
  process.exit();
}

const part = workerData as Part | null;
if (isMainThread || part === null) await main();
else if (part.part === 'upstream') await serveUpstream();
else abuse(part.name, part.port, part.host);
