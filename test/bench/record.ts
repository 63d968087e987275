/**
 * What the recorder costs beside nginx, beside a bare relay on Node, beside itself without recording, and beside no proxy at
 * all; all in one run.
 *
 *   npm run bench:record                           # ten minutes
 *   npm run bench:record -- --only memory --soak 10m
 *
 * `--only lockstep|long|apart|thousand|core|disk|short|memory` runs a part. `core` has each relay with all its threads and
 * processes on one core; `memory` is a load with aborts for as long as `--soak` says.
 *
 * CPU is the operating system's count for the thread that relays, and for all threads and processes of the recorder; delays
 * are from an event's writing at the upstream to its reading at the client, by the monotonic clock that both share. Medians
 * over the rounds.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { durationUs } from '../../src/cli/option-values.ts';
import { startBareProxy } from '../helpers/bare-proxy.ts';
import { httpCall } from '../helpers/http-call.ts';
import { startNginx } from '../helpers/nginx.ts';
import {
  familyOf,
  openSockets,
  processCpuNs,
  proportionalBytes,
  residentBytes,
  threadCpuNs,
} from '../helpers/process-cpu.ts';
import { type RunningCli, startCli } from '../helpers/run-cli.ts';
import { type StreamPlan, streamLoad } from '../helpers/stream-load.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    soak: { type: 'string', default: '2m' },
    rounds: { type: 'string', default: '3' },
  },
});
const runs = (part: string): boolean => options.only === undefined || options.only === part;

const PLANS: readonly (StreamPlan & { readonly name: string; readonly title: string })[] = [
  {
    name: 'lockstep',
    title: '200 streams in lockstep, 50 chunks/s each',
    streams: 200,
    chunks: 50,
    everyMs: 20,
    waves: 4,
    stamps: true,
  },
  {
    name: 'long',
    title: '200 streams in lockstep, answers of 400 chunks',
    streams: 200,
    chunks: 400,
    everyMs: 20,
    waves: 1,
    stamps: true,
  },
  {
    name: 'apart',
    title: 'the same 200 streams out of step',
    streams: 200,
    chunks: 50,
    everyMs: 20,
    waves: 4,
    stamps: true,
    outOfStep: true,
  },
  {
    name: 'thousand',
    title: '1,000 streams, 10 chunks/s each',
    streams: 1_000,
    chunks: 20,
    everyMs: 100,
    waves: 2,
    stamps: true,
  },
];

/** One way from the client to the upstream. */
interface Arm {
  readonly name: string;
  readonly url: URL;
  /** CPU of the thread that relays, and of everything that the relay runs, ns; null where nothing relays. */
  readonly cpuNs: (() => { readonly relay: number; readonly all: number }) | null;
}

interface Figures {
  readonly relayUs: number;
  readonly allUs: number;
  readonly firstP50: number;
  readonly firstP99: number;
  readonly laterP50: number;
  readonly laterP99: number;
}

/** As it is installed: the sources would be compiled in each thread. */
const BUILT = fileURLToPath(new URL('../../bin/reprise.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'));
const upstreamThread = new Worker(new URL('../helpers/lockstep-upstream.worker.ts', import.meta.url));
const [port] = await once(upstreamThread, 'message');
const upstream = new URL(`http://127.0.0.1:${port}`);

function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

async function startRecorderArm(
  name: string,
  ...more: readonly string[]
): Promise<Arm & { readonly cli: RunningCli; readonly tape: string }> {
  const tape = join(folder, `${name.replaceAll(' ', '-')}.sqlite`);
  const args = ['record', '--upstream', upstream.href, '--listen', '127.0.0.1:0', '--out', tape, ...more];
  const cli = startCli(args, { withinMs: 0, entry: BUILT });
  const url = new URL(await cli.says(/send clients to (\S+),/));
  const pid = cli.child.pid ?? 0;
  return {
    name,
    url,
    cli,
    tape,
    cpuNs: () => ({ relay: threadCpuNs(pid, pid), all: sumOf(pid, processCpuNs) }),
  };
}

/** Of a process and all that it has started. */
function sumOf(pid: number, of: (pid: number) => number): number {
  return familyOf(pid).reduce((sum, each) => sum + of(each), 0);
}

/** Longer than records are collected, and than a commit is waited for. */
const SETTLE_MS = 500;

async function measure(arm: Arm, plan: StreamPlan): Promise<Figures> {
  const before = arm.cpuNs?.() ?? { relay: 0, all: 0 };
  const load = await streamLoad(arm.url, plan);
  // What the last answers cost the tape's process counts too.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const after = arm.cpuNs?.() ?? { relay: 0, all: 0 };
  if (load.failed > 0) throw new Error(`${load.failed} streams failed through ${arm.name}`);
  const events = plan.streams * plan.chunks * plan.waves;
  return {
    relayUs: (after.relay - before.relay) / 1e3 / events,
    allUs: (after.all - before.all) / 1e3 / events,
    firstP50: quantile(load.firstUs, 0.5),
    firstP99: quantile(load.firstUs, 0.99),
    laterP50: quantile(load.laterUs, 0.5),
    laterP99: quantile(load.laterUs, 0.99),
  };
}

async function compareArms(
  arms: readonly Arm[],
  plan: StreamPlan & { readonly title: string },
): Promise<void> {
  const rounds = new Map<Arm, Figures[]>(arms.map((arm) => [arm, []]));
  // A first round warms everything up.
  for (let round = 0; round <= Number(options.rounds); round++) {
    for (const arm of arms) {
      const figures = await measure(arm, plan);
      if (round > 0) rounds.get(arm)?.push(figures);
    }
  }
  const middle = (arm: Arm, of: keyof Figures): number =>
    quantile(
      (rounds.get(arm) ?? []).map((figures) => figures[of]),
      0.5,
    );
  print(`\n${plan.title}: medians of ${options.rounds}`);
  print('                          CPU a chunk, µs              first event, ms      later events, ms');
  print('                          relay       all   ÷ nginx        p50        p99        p50        p99');
  const [direct] = arms;
  const peer = arms.find(({ name }) => name === 'nginx');
  for (const arm of arms) {
    const ratio =
      peer === undefined || arm.cpuNs === null ? Number.NaN : middle(arm, 'allUs') / middle(peer, 'allUs');
    const cpu = (of: 'relayUs' | 'allUs') =>
      (arm.cpuNs === null ? '–' : middle(arm, of).toFixed(1)).padStart(10);
    const delay = (of: 'firstP50' | 'firstP99' | 'laterP50' | 'laterP99'): string => {
      const base = arm === direct || direct === undefined ? 0 : middle(direct, of);
      const sign = base === 0 ? '' : '+';
      const ms = (middle(arm, of) - base) / 1e3;
      return `${ms < 0 ? '' : sign}${ms.toFixed(2)}`.padStart(11);
    };
    print(
      arm.name.padEnd(21) +
        cpu('relayUs') +
        cpu('allUs') +
        (Number.isNaN(ratio) ? '–' : ratio.toFixed(2)).padStart(10) +
        delay('firstP50') +
        delay('firstP99') +
        delay('laterP50') +
        delay('laterP99'),
    );
  }
  print('  Delays below the first row are what that way adds to the direct one.');
}

async function bytesPerToken(): Promise<void> {
  const arm = await startRecorderArm('disk');
  const plan = { streams: 100, chunks: 100, everyMs: 10, waves: 3, stamps: false };
  await streamLoad(arm.url, plan);
  arm.cli.interrupt();
  await arm.cli.ended;
  const tokens = plan.streams * plan.chunks * plan.waves;
  print(
    `\non disk: ${(statSync(arm.tape).size / tokens).toFixed(1)} bytes a token (${tokens} tokens, streamed, answers of 100)`,
  );
}

async function soak(totalUs: number): Promise<void> {
  const arm = await startRecorderArm('soak', '--admin', '127.0.0.1:0');
  const admin = await arm.cli.says(/counts are at (\S+)\/metrics/);
  const pid = arm.cli.child.pid ?? 0;
  const idleSockets = openSockets(pid);
  const endMs = performance.now() + totalUs / 1e3;
  const plan = { streams: 200, chunks: 50, everyMs: 20, waves: 8, stamps: false, aborts: 0.05 };
  print(
    `\nmemory of all processes at 10,000 chunks/s, 5 % of the clients leave half-way, for ${options.soak}`,
  );
  print('   time   chunks/s   resident, MiB   its parts   shared parts counted once   sockets');
  const began = performance.now();
  // The half of an answer that is aborted does not come.
  const chunks = plan.streams * plan.chunks * plan.waves * (1 - plan.aborts / 2);
  while (performance.now() < endMs) {
    const startMs = performance.now();
    await streamLoad(arm.url, plan);
    const rate = chunks / ((performance.now() - startMs) / 1e3);
    const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
    const parts = familyOf(pid).map(residentBytes);
    print(
      `${((performance.now() - began) / 1e3).toFixed(0).padStart(5)} s ${rate.toFixed(0).padStart(10)} ${mib(parts.reduce((a, b) => a + b)).padStart(15)} ` +
        `${parts.map(mib).join(' + ').padStart(11)} ${mib(sumOf(pid, proportionalBytes)).padStart(27)} ${openSockets(pid).toString().padStart(9)}`,
    );
  }
  // Idle connections to the upstream are given up after four seconds.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  // Some of the first count are gone by now, such as those of the probe at the start.
  const left = Math.max(0, openSockets(pid) - idleSockets);
  const { text } = await httpCall(new URL('/metrics', admin));
  const series = (name: string): string =>
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1] ?? '0';
  print(
    `recorded ${series('reprise_recorded_total')}, aborted ${series('reprise_exchanges_total{outcome="client_aborted"}')}, ` +
      `dropped ${series('reprise_dropped_total{reason="queue_full"}')}, in flight ${series('reprise_requests_in_flight')}, ` +
      `sockets left ${left}`,
  );
  arm.cli.interrupt();
  await arm.cli.ended;
}

async function relays(plans: typeof PLANS): Promise<void> {
  const bare = await startBareProxy('bare-relay.ts', upstream);
  const off = await startRecorderArm('recording off', '--path', '/none');
  const on = await startRecorderArm('recording on');
  const cpuOfNginx = (pid: number) => () => ({ relay: processCpuNs(pid), all: processCpuNs(pid) });
  const peers = nginx === null ? [] : [{ name: 'nginx', url: nginx.url, cpuNs: cpuOfNginx(nginx.pid) }];
  const relay: Arm = {
    name: 'bare Node relay',
    url: bare.url,
    cpuNs: () => ({ relay: threadCpuNs(bare.pid, bare.pid), all: processCpuNs(bare.pid) }),
  };
  const arms: Arm[] = [{ name: 'direct', url: upstream, cpuNs: null }, ...peers, relay, off, on];
  for (const plan of plans) await compareArms(arms, plan);
  const [lockstep] = PLANS;
  if (runs('core') && lockstep !== undefined) {
    const relays = [
      ...(nginx === null ? [] : [nginx.pid]),
      bare.pid,
      ...[off, on].flatMap(({ cli }) => familyOf(cli.child.pid ?? 0)),
    ];
    // All threads of each; the upstream and the client stay where they like.
    for (const pid of relays) spawnSync('taskset', ['-acp', '0', String(pid)]);
    await compareArms(arms, { ...lockstep, title: `${lockstep.title}, each relay on one core` });
  }
  bare.stop();
  for (const { cli } of [off, on]) {
    cli.interrupt();
    print(`  ${(await cli.ended).stderr.trim().split('\n').at(-1)}`);
  }
}

const nginx = await startNginx(upstream);
try {
  print(
    `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}, ${nginx?.version ?? 'nginx is not installed'}, load ${loadavg()[0]?.toFixed(1)} before it began`,
  );
  const plans = PLANS.filter(({ name }) => runs(name));
  if (plans.length > 0 || runs('core')) await relays(plans);
  if (runs('disk')) await bytesPerToken();
  if (runs('short')) {
    const short = fileURLToPath(new URL('./proxy-overhead.ts', import.meta.url));
    spawnSync(process.execPath, [short], { stdio: 'inherit' });
  }
  if (runs('memory')) await soak(durationUs('--soak', options.soak));
} finally {
  nginx?.stop();
  await upstreamThread.terminate();
  rmSync(folder, { recursive: true });
}
