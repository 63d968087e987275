/**
 * Replays in shards beside the same replay from one process, and uploads beside none. Each row that is named is measured, all
 * by default but those of Slurm:
 *
 *   npx node test/bench/shards.ts four         # one process, 4 shards, one process, on the same 2,000 requests, three times
 *   npx node test/bench/shards.ts large        # 8 shards of 250 connections each for 20 s
 *   npx node test/bench/shards.ts starts       # how far apart 25 starts of 4 shards are
 *   npx node test/bench/shards.ts upload       # a recorder with a tape every two seconds, with and without --upload in turn, three times
 *   npx node test/bench/shards.ts outages      # the same with a store that fails every third request, is gone for 20 s and forbids for 5 s
 *   . DIR/env.sh && npx node test/bench/shards.ts slurm    # the first row by srun, a task that is killed, sbatch without srun
 *
 * The object store of `upload` and `outages` is that of AWS_ENDPOINT_URL_S3 (its bucket is S3_BUCKET), else one in this process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProxyServer } from 'http-proxy';
import { percentile } from '../../src/measure/sample.ts';
import { startSkew } from '../../src/measure/shards.ts';
import { EXIT } from '../../src/model/user-error.ts';
import { s3Place } from '../../src/objects/place.ts';
import { openS3 } from '../../src/objects/s3.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { hasSent } from '../helpers/has-sent.ts';
import { unusedUrl } from '../helpers/local-server.ts';
import { residentBytes } from '../helpers/process-cpu.ts';
import { CLI_ENTRY, startCli } from '../helpers/run-cli.ts';
import { startTestS3 } from '../helpers/s3-server.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();
let tapes = 0;
const newTape = (): string => join(folder, `${++tapes}.sqlite`);
const print = (line: string): boolean => process.stdout.write(`${line}\n`);

/** How a command ended. */
interface End {
  readonly code: number;
  readonly stderr: string;
  /** The most memory that it had, MB. */
  readonly peakMb: number;
}

async function run(program: string, args: readonly string[]): Promise<End> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let peakMb = 0;
  const timer = setInterval(() => {
    peakMb = Math.max(peakMb, Math.round(memoryOf(child) / 2 ** 20));
  }, 100);
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close') as Promise<[number]>]);
  clearInterval(timer);
  return { code, stderr, peakMb };
}

function memoryOf({ pid = 0 }: ChildProcess): number {
  // One that has just ended has no memory.
  return existsSync(`/proc/${pid}/status`) ? residentBytes(pid) || 0 : 0;
}

/** Runs reprise. @throws Error (as a rejection) where it does not end in order; a run that is not valid is shown as such */
async function reprise(args: readonly string[], program = process.execPath, before: readonly string[] = []) {
  const end = await run(program, [...before, CLI_ENTRY, ...args]);
  if (end.code !== EXIT.ok && end.code !== EXIT.invalid)
    throw new Error(`${args.join(' ')} ended with ${end.code}:\n${end.stderr}`);
  return end;
}

function replay(target: URL, load: readonly string[]): readonly string[] {
  return ['replay', SAMPLE_TAPE, '--target', target.href, '--label', 'bench', '--timeout', '120s', ...load];
}

/** The same from as many processes, merged; gives the merged tape, their memory and the time of the merge. */
async function inShards(of: number, command: readonly string[]) {
  const barrier = await unusedUrl();
  const parts = Array.from({ length: of }, newTape);
  const ends = await Promise.all(
    parts.map((part, i) =>
      reprise([...command, '--shard', `${i}/${of}`, '--barrier', barrier.host, '--out', part]),
    ),
  );
  return { ...(await merged(parts)), peakMb: ends.map(({ peakMb }) => peakMb) };
}

async function merged(
  parts: readonly string[],
): Promise<{ readonly path: string; readonly mergeMs: number }> {
  const path = newTape();
  const startedMs = performance.now();
  // An invalid run is shown as one.
  const end = await run(process.execPath, [CLI_ENTRY, 'merge', ...parts, '--out', path]);
  if (!existsSync(path)) throw new Error(end.stderr);
  for (const part of parts) rmSync(part);
  return { path, mergeMs: Math.round(performance.now() - startedMs) };
}

/** Prints the figures of a tape's first run, and gives how far apart its shards began, ms. */
function show(name: string, path: string, more: readonly string[]): number | null {
  const tape = openTape(path);
  const [first] = tape.runs();
  if (first === undefined) throw new Error('there is no run');
  const results = [...tape.results(first.id)].map(({ result }) => result);
  tape.close();
  const ms = (of: (result: (typeof results)[number]) => number | null) => {
    const sorted = Float64Array.from(results.flatMap((result) => of(result) ?? [])).sort();
    return [50, 90, 99].map((p) => ((percentile(sorted, p) ?? 0) / 1e3).toFixed(1)).join('/');
  };
  const skew = startSkew(first.end?.health?.shards ?? [])?.skewMs ?? null;
  const tokens = results.reduce((sum, { completionTokens }) => sum + (completionTokens ?? 0), 0);
  const reasons = first.end?.invalidReasons.map(({ kind }) => kind).join(', ');
  print(
    [
      name.padEnd(14),
      `${results.length} requests`,
      `${tokens} tokens`,
      `E2EL p50/p90/p99 ${ms(({ sentUs, finishedUs }) => (sentUs === null ? null : finishedUs - sentUs))} ms`,
      `TTFT ${ms(({ sentUs, firstTokenUs }) => (sentUs === null || firstTokenUs === null ? null : firstTokenUs - sentUs))} ms`,
      `window ${((first.end?.windowUs ?? 0) / 1e6).toFixed(2)} s`,
      `open ${first.end?.health?.connectionsOpen}`,
      ...(skew === null ? [] : [`skew ${skew.toFixed(2)} ms`]),
      ...more,
      reasons === '' ? 'valid' : `invalid: ${reasons}`,
    ].join('  '),
  );
  return skew;
}

async function showOne(command: readonly string[]): Promise<void> {
  const path = newTape();
  const { peakMb } = await reprise([...command, '--out', path]);
  show('one process', path, [`${peakMb} MB`]);
}

async function showShards(of: number, command: readonly string[]): Promise<number | null> {
  const { path, mergeMs, peakMb } = await inShards(of, command);
  return show(`${of} shards`, path, [`${peakMb.join(' ')} MB`, `merged in ${mergeMs} ms`]);
}

async function four(target: URL): Promise<void> {
  const command = replay(target, ['--connections', '100', '--requests', '2000']);
  for (let round = 0; round < 3; round++) {
    await showOne(command);
    await showShards(4, command);
  }
  await showOne(command);
}

async function large(target: URL): Promise<void> {
  await showShards(8, replay(target, ['--connections', '2000', '--duration', '20s']));
}

/** What the store does that lies behind `url`, at a time since its start, seconds: fails every third request, then is gone, then forbids. */
async function unreliable(store: string) {
  const proxy = createProxyServer({ target: store });
  proxy.on('error', (_error, request) => request.destroy());
  const fromMs = performance.now();
  const counts = { requests: 0, failed: 0, refused: 0, forbidden: 0 };
  const server = createServer((request, response) => {
    const atSec = (performance.now() - fromMs) / 1e3;
    counts.requests += 1;
    const fail = (kind: 'failed' | 'forbidden', status: number): void => {
      counts[kind] += 1;
      request.resume();
      response.writeHead(status).end();
    };
    if (atSec > 5 && atSec < 25) {
      counts.refused += 1;
      request.socket.destroy();
    } else if (atSec >= 25 && atSec < 30) fail('forbidden', 403);
    else if (counts.requests % 3 === 0) fail('failed', 500);
    else proxy.web(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    counts,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function outages(target: URL): Promise<void> {
  const { AWS_ENDPOINT_URL_S3: given, S3_BUCKET: bucket = 'tapes' } = process.env;
  const own = given === undefined ? await startTestS3() : null;
  const real = given ?? own?.env.AWS_ENDPOINT_URL_S3 ?? '';
  const store = await unreliable(real);
  const place = `s3://${bucket}/outages-${Date.now()}`;
  const out = join(folder, 'outages', 'tape.sqlite');
  mkdirSync(join(folder, 'outages'));
  for (const upload of [true, false]) {
    const options = upload ? ['--upload', place, '--out', out] : ['--out', newTape()];
    const recorder = startCli(
      ['record', '--upstream', target.href, '--rotate', '2s', '--listen', '127.0.0.1:0', ...options],
      { env: { ...own?.env, AWS_ENDPOINT_URL_S3: store.url }, withinMs: 0 },
    );
    const proxy = new URL(await recorder.says(/send clients to (\S+),/));
    const path = newTape();
    await reprise([
      ...replay(proxy, ['--connections', '20', '--duration', '45s', '--no-test']),
      ...['--semantics', 'drain', '--out', path],
    ]);
    recorder.interrupt();
    const { stderr } = await recorder.ended;
    show(upload ? 'outages' : 'no upload', path, [stderr.trim().split('\n').at(-1) ?? '']);
  }
  // What was left is sent by the next recording.
  const env = { ...own?.env, AWS_ENDPOINT_URL_S3: store.url };
  const rest = [
    '--listen',
    '127.0.0.1:0',
    '--upload',
    place,
    '--out',
    join(folder, 'outages', 'rest.sqlite'),
  ];
  const next = startCli(['record', '--upstream', target.href, ...rest], { env, withinMs: 0 });
  await next.says(/send clients to (\S+),/);
  const isLeft = (name: string): boolean => name.endsWith('.upload') && !name.startsWith('rest');
  while (readdirSync(join(folder, 'outages')).some(isLeft)) await sleep(200);
  next.interrupt();
  await next.ended;
  store.close();
  const { requests, failed, refused, forbidden } = store.counts;
  print(`the store got ${requests} requests, failed ${failed}, refused ${refused}, forbade ${forbidden}`);
  await compareTapes(`${place}/`, join(folder, 'outages'), { ...process.env, ...own?.env });
  await own?.close();
}

/** Prints how many tapes of a folder are in the store byte for byte with their checksums, and how many exchanges they hold. */
async function compareTapes(url: string, local: string, env: NodeJS.ProcessEnv): Promise<void> {
  const prefix = s3Place(url);
  if (prefix === null) throw new Error(`${url} is no place`);
  const store = openS3(env);
  const tapes = readdirSync(local).filter((name) => name.endsWith('.sqlite'));
  let [equal, exchanges] = [0, 0];
  for (const name of tapes) {
    const place = { ...prefix, key: `${prefix.key}${name}` };
    const copy = newTape();
    await store.download(place, copy);
    const bytes = readFileSync(join(local, name));
    const sum = createHash('sha256').update(bytes).digest('hex');
    const says = await store.read({ ...place, key: `${place.key}.sha256` });
    if (bytes.equals(readFileSync(copy)) && says?.startsWith(sum) === true) equal += 1;
    const tape = openTape(copy);
    exchanges += [...tape.exchanges()].filter(({ path }) => path.includes('completions')).length;
    tape.close();
    rmSync(copy);
  }
  print(`${equal} of ${tapes.length} tapes are in the store byte for byte, with ${exchanges} exchanges`);
}

async function starts(target: URL): Promise<void> {
  const command = replay(target, ['--connections', '8', '--requests', '80', '--no-test']);
  const skews: number[] = [];
  for (let round = 0; round < 25; round++) {
    const { path } = await inShards(4, command);
    const tape = openTape(path);
    skews.push(startSkew(tape.runs()[0]?.end?.health?.shards ?? [])?.skewMs ?? Number.NaN);
    tape.close();
    rmSync(path);
  }
  const sorted = Float64Array.from(skews).sort();
  const at = [50, 90, 100].map((p) => (percentile(sorted, p) ?? 0).toFixed(2));
  print(`first to last of 4 shards, ${skews.length} starts: p50 ${at[0]}, p90 ${at[1]}, most ${at[2]} ms`);
}

async function upload(target: URL): Promise<void> {
  const { AWS_ENDPOINT_URL_S3: store, S3_BUCKET: bucket = 'tapes' } = process.env;
  const own = store === undefined ? await startTestS3() : null;
  for (let round = 0; round < 3; round++) {
    for (const options of [[], ['--upload', `s3://${bucket}/bench-${Date.now()}`]]) {
      const rotate = ['--rotate', '1s', '--listen', '127.0.0.1:0', '--out', newTape()];
      const words = ['record', '--upstream', target.href, ...rotate, ...options];
      const recorder = startCli(words, { env: own?.env ?? {}, withinMs: 0 });
      const proxy = new URL(await recorder.says(/send clients to (\S+),/));
      const path = newTape();
      await reprise([...replay(proxy, ['--connections', '20', '--duration', '15s']), '--out', path]);
      recorder.interrupt();
      const { stderr } = await recorder.ended;
      const sent = [...stderr.matchAll(/^.*uploaded /gm)].length;
      show(options.length === 0 ? 'no upload' : 'upload', path, [`${sent} tapes sent`]);
    }
  }
  await own?.close();
}

/** Every call of Slurm is bounded: a node that is lost would make it wait for ever. */
const SRUN = ['120', 'srun', '-n4', '--kill-on-bad-exit=1'];

/** The process of a task of Slurm that has an argument. @throws Error where there is none */
function taskOf(argument: string, rank: number): number {
  const holds = (pid: string, file: string, part: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(`${part}\0`);
    } catch {
      return false;
    }
  };
  const pid = readdirSync('/proc').find(
    (name) => holds(name, 'environ', `SLURM_PROCID=${rank}`) && holds(name, 'cmdline', argument),
  );
  if (pid === undefined) throw new Error(`no task ${rank} was found`);
  return Number(pid);
}

async function slurm(target: URL): Promise<void> {
  const sharded = async (
    command: readonly string[],
    onStart: () => Promise<void> = async () => undefined,
  ) => {
    const barrier = await unusedUrl();
    const parts = Array.from({ length: 4 }, (_, i) => join(folder, `slurm-${i}.sqlite`));
    const shard = [
      '--shard',
      'auto',
      '--barrier',
      barrier.host,
      '--out',
      join(folder, 'slurm-{shard}.sqlite'),
    ];
    const [end] = await Promise.all([
      run('timeout', [...SRUN, process.execPath, CLI_ENTRY, ...command, ...shard]),
      onStart(),
    ]);
    return { end, parts };
  };
  const command = replay(target, ['--connections', '40', '--requests', '1200']);
  await showOne(command);
  const { parts } = await sharded(command);
  show('srun -n4', (await merged(parts)).path, []);
  await showOne(command);

  let killedMs = 0;
  const { end, parts: left } = await sharded(
    replay(target, ['--connections', '40', '--duration', '60s', '--no-test']),
    async () => {
      while (!hasSent(join(folder, 'slurm-2.sqlite'))) await sleep(100);
      await sleep(2_000);
      process.kill(taskOf(join(folder, 'slurm-{shard}.sqlite'), 2), 'SIGKILL');
      killedMs = performance.now();
    },
  );
  print(
    `a task was killed: all had ended ${((performance.now() - killedMs) / 1e3).toFixed(1)} s later, srun's code ${end.code}`,
  );
  show('killed', (await merged(left)).path, []);

  const script = `${process.execPath} ${CLI_ENTRY} ${command.join(' ')} --shard auto --barrier 127.0.0.1:1 --out ${newTape()}`;
  const log = join(folder, 'sbatch.log');
  const batch = await run('timeout', ['60', 'sbatch', '--wait', '-n4', '-o', log, '--wrap', script]);
  print(`sbatch without srun: code ${batch.code}, ${readFileSync(log, 'utf8').trim()}`);
}

const ROWS = { four, large, starts, upload, outages, slurm } as const;

const named = process.argv.slice(2);
const unknown = named.find((name) => !(name in ROWS));
if (unknown !== undefined) throw new Error(`${unknown} is none of ${Object.keys(ROWS).join(', ')}`);

const target = await unusedUrl();
const simulator = spawn(process.execPath, [
  ...[CLI_ENTRY, 'simulate', '--listen', target.host, '--profile', 'a40-14b', '--time-scale', '10'],
]);
await once(simulator.stderr, 'data');
try {
  for (const [name, row] of Object.entries(ROWS)) {
    if (named.length === 0 ? name === 'slurm' : !named.includes(name)) continue;
    print(`${name} (load ${loadavg()[0]?.toFixed(1)})`);
    await row(target);
  }
} finally {
  simulator.kill();
}
