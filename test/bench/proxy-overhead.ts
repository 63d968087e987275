/**
 * What the recorder costs: the same requests straight to an upstream that answers at once, and through `reprise record`,
 * in turns. Takes half a minute.
 *
 *   node test/bench/proxy-overhead.ts
 *
 * Client, upstream and recorder share the machine's cores, so the rates are those of all three together; the added
 * latency of one connection and the recorder's CPU time a request are what to look at.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { startCli } from '../helpers/run-cli.ts';

interface Load {
  readonly title: string;
  readonly connections: number;
  readonly requests: number;
  readonly stream: boolean;
}

const LOADS: readonly Load[] = [
  { title: 'plain, 1 connection', connections: 1, requests: 300, stream: false },
  { title: 'plain, 32 connections', connections: 32, requests: 1500, stream: false },
  { title: 'streamed, 1 connection', connections: 1, requests: 20, stream: true },
  { title: 'streamed, 64 connections', connections: 64, requests: 384, stream: true },
];
const ROUNDS = 5;

/** One arm's figures of one round. */
interface Figures {
  readonly medianMs: number;
  readonly perSec: number;
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

async function measure(url: URL, { connections, requests, stream }: Load): Promise<Figures> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const body = JSON.stringify({
    model: 'm',
    stream,
    messages: [{ role: 'user', content: 'word '.repeat(400) }],
  });
  const latencies: number[] = [];
  let left = requests;
  const began = performance.now();
  const loop = async (): Promise<void> => {
    while (left-- > 0) latencies.push(await send(agent, url, body));
  };
  await Promise.all(Array.from({ length: connections }, loop));
  const seconds = (performance.now() - began) / 1e3;
  agent.destroy();
  return { medianMs: median(latencies), perSec: requests / seconds };
}

/** CPU seconds that a process has used, all its threads (proc(5): utime and stime in ticks of 10 ms). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function compare(load: Load, direct: URL, recorded: URL, pid: number): Promise<void> {
  const rounds: { readonly direct: Figures; readonly recorded: Figures; readonly cpuMs: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const straight = await measure(direct, load);
    const before = cpuSeconds(pid);
    const through = await measure(recorded, load);
    const cpuMs = ((cpuSeconds(pid) - before) * 1e3) / load.requests;
    // The first round warms up.
    if (round > 0) rounds.push({ direct: straight, recorded: through, cpuMs });
  }
  const straightMs = median(rounds.map((round) => round.direct.medianMs));
  const throughMs = median(rounds.map((round) => round.recorded.medianMs));
  const rate = median(rounds.map((round) => round.recorded.perSec / round.direct.perSec));
  const cpuMs = median(rounds.map((round) => round.cpuMs));
  print(
    load.title.padEnd(26) +
      `${straightMs.toFixed(2)} ms`.padStart(12) +
      `${throughMs.toFixed(2)} ms`.padStart(12) +
      `${(throughMs - straightMs).toFixed(2)} ms`.padStart(12) +
      `${(rate * 100).toFixed(0)} %`.padStart(12) +
      `${cpuMs.toFixed(2)} ms`.padStart(16),
  );
}

const folder = mkdtempSync(join(tmpdir(), 'reprise-overhead-'));
const upstream = new Worker(new URL('../helpers/instant-upstream.worker.ts', import.meta.url));
const [port] = await once(upstream, 'message');
const origin = `http://127.0.0.1:${port}`;
const args = ['record', '--upstream', origin, '--listen', '127.0.0.1:0', '--out', join(folder, 'a.sqlite')];
const recorder = startCli(args, { withinMs: 0 });
try {
  const through = await recorder.says(/send clients to (\S+),/);
  print('                          direct p50  through p50       added   throughput   recorder CPU');
  print('                                                                              a request');
  for (const load of LOADS) {
    const path = '/v1/chat/completions';
    await compare(load, new URL(path, origin), new URL(path, through), recorder.child.pid ?? 0);
  }
  recorder.interrupt();
  const { stderr } = await recorder.ended;
  print(`\n${stderr.trim().split('\n').at(-1)}`);
} finally {
  await upstream.terminate();
  rmSync(folder, { recursive: true });
}
