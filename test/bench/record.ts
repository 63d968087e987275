/**
 * What the recorder costs beside nginx, beside itself without recording, and beside no proxy at all; all in one run.
 *
 *   npm run bench:record                       # four and a half minutes
 *   npm run bench:record -- --soak 10m         # memory, sockets and drops under load with aborts
 *
 * The last table of streams has each relay with all its threads on one core.
 *
 * CPU is the operating system's count for the thread or process; delays are from an event's writing at the upstream to
 * its reading at the client, by the monotonic clock that both share. Medians over the rounds.
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
import { httpCall } from '../helpers/http-call.ts';
import { startNginx } from '../helpers/nginx.ts';
import { openSockets, processCpuNs, residentBytes, threadCpuNs } from '../helpers/process-cpu.ts';
import { type RunningCli, startCli } from '../helpers/run-cli.ts';
import { type StreamPlan, streamLoad } from '../helpers/stream-load.ts';

const { values: options } = parseArgs({
  options: { soak: { type: 'string' }, rounds: { type: 'string', default: '3' } },
});

const PLANS: readonly (StreamPlan & { readonly title: string })[] = [
  {
    title: '200 streams in lockstep, 50 chunks/s each',
    streams: 200,
    chunks: 50,
    everyMs: 20,
    waves: 4,
    stamps: true,
  },
  {
    title: 'the same 200 streams out of step',
    streams: 200,
    chunks: 50,
    everyMs: 20,
    waves: 4,
    stamps: true,
    outOfStep: true,
  },
  {
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
  /** CPU of the thread that relays, and of all of the process, ns; null where nothing relays. */
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
  return { name, url, cli, tape, cpuNs: () => ({ relay: threadCpuNs(pid, pid), all: processCpuNs(pid) }) };
}

async function measure(arm: Arm, plan: StreamPlan): Promise<Figures> {
  const before = arm.cpuNs?.() ?? { relay: 0, all: 0 };
  const load = await streamLoad(arm.url, plan);
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
  print('                          CPU a chunk, µs          first event, ms      later events, ms');
  print('                          relay    process        p50        p99        p50        p99');
  const [direct] = arms;
  for (const arm of arms) {
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
  print('\n   time    memory   sockets');
  const began = performance.now();
  while (performance.now() < endMs) {
    await streamLoad(arm.url, plan);
    const seconds = ((performance.now() - began) / 1e3).toFixed(0);
    print(
      `${seconds.padStart(5)} s ${(residentBytes(pid) / 2 ** 20).toFixed(0).padStart(6)} MiB ${openSockets(pid).toString().padStart(8)}`,
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

const nginx = await startNginx(upstream);
try {
  print(
    `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}, ${nginx?.version ?? 'nginx is not installed'}, load ${loadavg()[0]?.toFixed(1)} before it began`,
  );
  if (options.soak !== undefined) await soak(durationUs('--soak', options.soak));
  else {
    const off = await startRecorderArm('recording off', '--path', '/none');
    const on = await startRecorderArm('recording on');
    const nginxArm =
      nginx === null
        ? []
        : [
            {
              name: 'nginx',
              url: nginx.url,
              cpuNs: () => ({ relay: processCpuNs(nginx.pid), all: processCpuNs(nginx.pid) }),
            },
          ];
    const arms: Arm[] = [{ name: 'direct', url: upstream, cpuNs: null }, ...nginxArm, off, on];
    for (const plan of PLANS) await compareArms(arms, plan);
    const pids = [...(nginx === null ? [] : [nginx.pid]), ...[off, on].map(({ cli }) => cli.child.pid ?? 0)];
    // All threads of each; the upstream and the client stay where they like.
    for (const pid of pids) spawnSync('taskset', ['-acp', '0', String(pid)]);
    const [lockstep] = PLANS;
    if (lockstep !== undefined)
      await compareArms(arms, { ...lockstep, title: `${lockstep.title}, each relay on one core` });
    for (const { cli } of [off, on]) {
      cli.interrupt();
      print(`  ${(await cli.ended).stderr.trim().split('\n').at(-1)}`);
    }
    await bytesPerToken();
    const short = fileURLToPath(new URL('./proxy-overhead.ts', import.meta.url));
    spawnSync(process.execPath, [short], { stdio: 'inherit' });
  }
} finally {
  nginx?.stop();
  await upstreamThread.terminate();
  rmSync(folder, { recursive: true });
}
