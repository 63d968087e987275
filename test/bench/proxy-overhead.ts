/**
 * What the recorder costs on short answers: the same requests straight to an upstream that answers at once, through nginx
 * where it is installed, through the proxy library alone, and through `reprise record`, without recording and with it, in
 * turns. Takes a minute; `npm run bench:record` runs it last.
 *
 *   npm run build && npx node test/bench/proxy-overhead.ts [CHECKOUT...]
 *
 * Client, upstream and recorder share the machine's cores, so the rates are those of all three together; the added
 * latency of one connection and the CPU time a request are what to look at. The builds of other checkouts are measured beside
 * this one's.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { startBareProxy } from '../helpers/bare-proxy.ts';
import { startNginx } from '../helpers/nginx.ts';
import { familyOf, processCpuNs, threadCpuNs } from '../helpers/process-cpu.ts';
import { startCli } from '../helpers/run-cli.ts';

interface Load {
  readonly title: string;
  readonly connections: number;
  readonly requests: number;
  readonly stream: boolean;
}

const LOADS: readonly Load[] = [
  { title: 'plain, 1 connection', connections: 1, requests: 900, stream: false },
  { title: 'plain, 32 connections', connections: 32, requests: 1500, stream: false },
  { title: 'streamed, 1 connection', connections: 1, requests: 40, stream: true },
  { title: 'streamed, 64 connections', connections: 64, requests: 384, stream: true },
];
const ROUNDS = 5;

/** Longer than records are collected, and than a commit is waited for. */
const SETTLE_MS = 300;

/** A way to the upstream, and the process on it; null where there is none. */
interface Way {
  readonly name: string;
  readonly origin: string;
  readonly pid: number | null;
}

/** Figures of one way in one round. */
interface Figures {
  readonly medianMs: number;
  readonly perSec: number;
  /** CPU of the process on the way and of those that it has started, µs a request. */
  readonly cpuUs: number;
  /** CPU of that process' main thread, µs a request. */
  readonly relayUs: number;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function send(agent: Agent, url: URL, body: string): Promise<number> {
  const began = performance.now();
  const call = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } });
  call.end(body);
  const [answer] = await once(call, 'response');
  answer.resume();
  await once(answer, 'end');
  return performance.now() - began;
}

async function measure({ origin, pid }: Way, { connections, requests, stream }: Load): Promise<Figures> {
  const url = new URL('/v1/chat/completions', origin);
  const cpuNs = (): readonly [all: number, relay: number] =>
    pid === null
      ? [Number.NaN, Number.NaN]
      : [familyOf(pid).reduce((sum, each) => sum + processCpuNs(each), 0), threadCpuNs(pid, pid)];
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const body = JSON.stringify({
    model: 'm',
    stream,
    messages: [{ role: 'user', content: 'word '.repeat(400) }],
  });
  const latencies: number[] = [];
  let left = requests;
  const [allBefore, relayBefore] = cpuNs();
  const began = performance.now();
  const loop = async (): Promise<void> => {
    while (left-- > 0) latencies.push(await send(agent, url, body));
  };
  await Promise.all(Array.from({ length: connections }, loop));
  const seconds = (performance.now() - began) / 1e3;
  agent.destroy();
  // What the last answers cost the tape's process counts too.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const [all, relay] = cpuNs();
  const each = (ns: number): number => ns / 1e3 / requests;
  return {
    medianMs: median(latencies),
    perSec: requests / seconds,
    cpuUs: each(all - allBefore),
    relayUs: each(relay - relayBefore),
  };
}

async function compare(load: Load, ways: readonly Way[]): Promise<void> {
  const rounds = new Map(ways.map((way) => [way, [] as Figures[]]));
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [way, figures] of rounds) {
      const seen = await measure(way, load);
      if (round > 0) figures.push(seen);
    }
  }
  const middle = (way: Way, of: keyof Figures): number =>
    median((rounds.get(way) ?? []).map((figures) => figures[of]));
  const [direct] = ways;
  print(`\n${load.title}: medians of ${ROUNDS}`);
  print('                      p50, ms     added   throughput   CPU a request, µs    main thread');
  for (const way of ways) {
    const ms = middle(way, 'medianMs');
    const cpu = (of: 'cpuUs' | 'relayUs'): string => (way.pid === null ? '–' : middle(way, of).toFixed(0));
    const base = direct === undefined || direct === way ? null : direct;
    const addedMs = base === null ? 0 : ms - middle(base, 'medianMs');
    const added = base === null ? '–' : `${addedMs < 0 ? '' : '+'}${addedMs.toFixed(2)}`;
    const rate = base === null ? 1 : middle(way, 'perSec') / middle(base, 'perSec');
    print(
      way.name.padEnd(18) +
        ms.toFixed(2).padStart(11) +
        added.padStart(10) +
        `${(rate * 100).toFixed(0)} %`.padStart(13) +
        cpu('cpuUs').padStart(20) +
        cpu('relayUs').padStart(15),
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), 'reprise-overhead-'));
const upstream = new Worker(new URL('../helpers/instant-upstream.worker.ts', import.meta.url));
const [port] = await once(upstream, 'message');
const origin = `http://127.0.0.1:${port}`;
const upstreamUrl = new URL(origin);

/** Starts a recorder of the build in a checkout, which is this one's unless the command line names others. */
async function startRecorder(name: string, checkout: URL, more: readonly string[] = []) {
  const tape = join(folder, `${name.replaceAll('/', '-')}.sqlite`);
  const args = ['record', '--upstream', origin, '--listen', '127.0.0.1:0', '--out', tape, ...more];
  const cli = startCli(args, { withinMs: 0, entry: fileURLToPath(new URL('bin/reprise.js', checkout)) });
  const through = await cli.says(/send clients to (\S+),/);
  return { name, origin: through, pid: cli.child.pid ?? 0, cli };
}

const nginx = await startNginx(upstreamUrl);
const library = await startBareProxy('bare-http-proxy.ts', upstreamUrl);
const here = new URL('../../', import.meta.url);
const recorders = [
  await startRecorder('recording off', here, ['--path', '/none']),
  await startRecorder('reprise record', here),
];
for (const checkout of process.argv.slice(2))
  recorders.push(await startRecorder(checkout, pathToFileURL(`${resolve(checkout)}/`)));
try {
  const ways: readonly Way[] = [
    { name: 'direct', origin, pid: null },
    ...(nginx === null ? [] : [{ name: 'nginx', origin: nginx.url.href, pid: nginx.pid }]),
    { name: 'bare http-proxy', origin: library.url.href, pid: library.pid },
    ...recorders,
  ];
  print(`load ${loadavg()[0]?.toFixed(1)} before it began`);
  for (const load of LOADS) await compare(load, ways);
  for (const { cli } of recorders) {
    cli.interrupt();
    print(`\n${(await cli.ended).stderr.trim().split('\n').at(-1)}`);
  }
} finally {
  nginx?.stop();
  library.stop();
  await upstream.terminate();
  rmSync(folder, { recursive: true });
}
