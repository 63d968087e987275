/**
 * What `reprise serve` costs. Rows, each alone by its name:
 *   large     the page of one run of 1,000,000 results, first and second look, with memory, beside `reprise report` of it
 *   home      1,000 tapes with 10,000 runs and the large run in one list, with memory
 *   recorder  a recorder at 10,000 chunks/s whose tape is looked at, and not looked at
 *
 *   npm run build && npx node test/bench/serve.ts [large|home|recorder …] [--tapes 1000] [--results 1000000] [--reads 12] [--rounds 3]
 *
 * Times are from a request's sending to the last byte of its answer, over one kept connection; memory is the resident set of
 * the process, sampled every 50 ms. Delays of the recorder are from an event's writing at the upstream to its reading at the
 * client, as in test/bench/record.ts; both arms are in one run, one after the other in each round.
 *
 * Exit code 1 when home takes more than 1 s warm, a run page more than 5 s cold or 100 ms warm, memory passes 400 MB, or a
 * record is dropped.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { openTape } from '../../src/store/tape-reader.ts';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import { httpCall } from '../helpers/http-call.ts';
import { residentBytes } from '../helpers/process-cpu.ts';
import { type RunningCli, startCli } from '../helpers/run-cli.ts';
import {
  answerFigures,
  CAPTURE,
  exchangeEnd,
  exchangeStart,
  REQUEST,
  RUN,
  RUN_END,
} from '../helpers/sample-records.ts';
import { type StreamPlan, streamLoad } from '../helpers/stream-load.ts';

const ROWS = ['large', 'home', 'recorder'] as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tapes: { type: 'string', default: '1000' },
    results: { type: 'string', default: '1000000' },
    reads: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '3' },
  },
});
const wanted = positionals.length === 0 ? ROWS : ROWS.filter((row) => positionals.includes(row));
const LIMITS = { homeMs: 1_000, coldMs: 5_000, warmMs: 100, megabytes: 400 } as const;
const RUNS_A_TAPE = 10;
const RESULTS_A_RUN = 20;
const over: string[] = [];
/** As it is installed: the sources would be compiled in each thread. */
const BUILT = fileURLToPath(new URL('../../bin/reprise.js', import.meta.url));

function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

function check(what: string, amount: number, limit: number, unit: string): void {
  print(`${what.padEnd(44)} ${amount.toFixed(0).padStart(7)} ${unit} (at most ${limit})`);
  if (amount > limit) over.push(what);
}

function writeTape(path: string, runs: number, results: number, reads: number): void {
  const tape = openTapeWriter(path, 'create');
  tape.begin();
  const capture = tape.beginCapture(CAPTURE);
  tape.startExchange(capture, exchangeStart(1));
  const end = exchangeEnd(1);
  tape.endExchange(capture, end, REQUEST, answerFigures(end.answer));
  tape.endCapture(capture, CAPTURE.startedAtMs + 60_000, {});
  for (let number = 0; number < runs; number++) {
    const run = tape.beginRun({
      ...RUN,
      label: number % 2 === 0 ? 'before' : 'after',
      startedAtMs: RUN.startedAtMs + number * 60_000,
      settings: { ...RUN.settings, requests: results, durationUs: null },
    });
    let lastUs = 0;
    for (let seq = 0; seq < results; seq++) {
      const sentUs = Math.floor(seq / 100) * 25_000 + (seq % 100) * 7;
      const readUs = Float64Array.from(
        { length: reads },
        (_, i) => sentUs + 5_000 + i * 1_500 + ((seq * 37) % 900),
      );
      const finishedUs = (readUs.at(-1) ?? sentUs) + 100;
      lastUs = Math.max(lastUs, finishedUs);
      const answer = {
        ...exchangeEnd(1).answer,
        headersUs: sentUs + 1_000,
        firstByteUs: readUs[0] ?? sentUs,
        finishedUs,
        body: null,
        bodyBytes: reads * 250,
        readUs,
        readBytes: new Uint32Array(reads).fill(250),
      };
      const result = {
        seq,
        exchangeId: 1,
        thread: seq % 2,
        connection: seq % 4,
        scheduledUs: sentUs,
        sentUs,
        path: '/v1/chat/completions',
        wireBytes: reads * 280,
        plannedAbort: false,
        askedTokens: null,
        answer,
      };
      tape.addResult(run, result, answerFigures(answer));
    }
    tape.endRun(run, { ...RUN_END, windowUs: lastUs, endedUs: lastUs });
  }
  tape.commit();
  tape.close();
}

interface Served {
  readonly cli: RunningCli;
  readonly url: URL;
  readonly peak: () => number;
  stop(): Promise<void>;
}

async function startServe(...given: readonly string[]): Promise<Served> {
  const cli = startCli(['serve', ...given, '--listen', '127.0.0.1:0'], { withinMs: 0, entry: BUILT });
  const url = new URL(await cli.says(/looked at on (\S+),/));
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, residentBytes(cli.child.pid ?? 0));
  }, 50);
  return {
    cli,
    url,
    peak: () => most / 1e6,
    async stop() {
      clearInterval(timer);
      cli.interrupt();
      await cli.ended;
    },
  };
}

/** Milliseconds, with the answer. */
async function timed(url: URL): Promise<{ readonly ms: number; readonly text: string }> {
  const startMs = performance.now();
  const { text, status } = await httpCall(url);
  if (status !== 200) throw new Error(`${url} answered ${status}: ${text.slice(0, 300)}`);
  return { ms: performance.now() - startMs, text };
}

async function median(url: URL, times: number): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) all.push((await timed(url)).ms);
  return all.sort((a, b) => a - b)[times >> 1] ?? Number.NaN;
}

/** User and system time of a process, threads that have ended included, s. */
function cpuSec(pid: number): number {
  // The name of the program, in parentheses, may have spaces: fields count from behind it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[14 - 3]) + Number(fields[15 - 3])) / 100;
}

function largeTape(folder: string): string {
  const path = join(folder, 'large.sqlite');
  if (!existsSync(path)) writeTape(path, 1, Number(values.results), Number(values.reads));
  return path;
}

async function benchLarge(folder: string): Promise<void> {
  const large = largeTape(folder);
  print(`\none run of ${values.results} results, ${values.reads} reads each`);
  const startMs = performance.now();
  const report = spawnSync(process.execPath, [BUILT, 'report', large, '--out', join(folder, 'report.html')]);
  if (report.status !== 0) throw new Error(String(report.stderr));
  print(`reprise report ${(performance.now() - startMs).toFixed(0)} ms`);
  const alone = await startServe(large);
  const pid = alone.cli.child.pid ?? 0;
  const page = new URL('/report?tape=large.sqlite&runs=1', alone.url);
  const before = cpuSec(pid);
  check('run page of the large run, cold', (await timed(page)).ms, LIMITS.coldMs, 'ms');
  print(`CPU of that ${(cpuSec(pid) - before).toFixed(2)} s`);
  check('run page of the large run, warm', await median(page, 20), LIMITS.warmMs, 'ms');
  check('memory with the large run alone', alone.peak(), LIMITS.megabytes, 'MB');
  print(`memory afterwards ${(residentBytes(pid) / 1e6).toFixed(0)} MB`);
  await alone.stop();
}

async function benchHome(folder: string): Promise<void> {
  const tapes = Number(values.tapes);
  mkdirSync(join(folder, 'tapes'));
  const template = join(folder, 'template.sqlite');
  writeTape(template, RUNS_A_TAPE, RESULTS_A_RUN, 4);
  for (let i = 0; i < tapes; i++) copyFileSync(template, join(folder, 'tapes', `tape-${i}.sqlite`));
  const large = largeTape(folder);
  print(`\n${tapes} tapes with ${tapes * RUNS_A_TAPE} runs beside the large run`);
  const served = await startServe(join(folder, 'tapes'), large);
  const home = new URL('/', served.url);
  print(`home, cold ${(await timed(home)).ms.toFixed(0)} ms`);
  const startMs = performance.now();
  for (;;) {
    const { runs } = JSON.parse((await timed(new URL('/index.json', served.url))).text) as {
      runs: { count: number; measuring: number };
    };
    if (runs.count > tapes * RUNS_A_TAPE && runs.measuring === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  print(`all figures there after ${((performance.now() - startMs) / 1e3).toFixed(1)} s`);
  check('home, warm', await median(home, 20), LIMITS.homeMs, 'ms');
  const sorted = new URL('/?label=bef&sort=-servedOutputTokensPerSec&page=3', served.url);
  check('home, warm, filtered and ordered by a figure', await median(sorted, 20), LIMITS.homeMs, 'ms');
  const page = new URL('/report?tape=large.sqlite&runs=1', served.url);
  await timed(page);
  check('run page beside all that, warm', await median(page, 20), LIMITS.warmMs, 'ms');
  check('memory', served.peak(), LIMITS.megabytes, 'MB');
  await served.stop();
}

const PLAN: StreamPlan = { streams: 200, chunks: 50, everyMs: 20, waves: 10, stamps: true, outOfStep: true };

function quantile(all: readonly number[], q: number): string {
  const sorted = all.toSorted((a, b) => a - b);
  return `${((sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN) / 1e3).toFixed(2)} ms`;
}

/** Looks at a tape as people would: all its pages one after the other, and what is running all the time. */
function lookAt(url: URL, tape: string): { stop(): Promise<number> } {
  let stopped = false;
  let pages = 0;
  const events = request(new URL('/events', url)).on('error', () => undefined);
  events.on('response', (answer) => answer.on('error', () => undefined).resume());
  events.end();
  const paths = [
    '/',
    `/exchanges?tape=${tape}&order=longest`,
    `/traffic?tape=${tape}`,
    '/live',
    `/exchange?tape=${tape}&id=5`,
  ];
  const done = (async () => {
    while (!stopped) {
      for (const path of paths) {
        await httpCall(new URL(path, url));
        pages += 1;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  })();
  return {
    async stop() {
      stopped = true;
      await done;
      events.destroy();
      return pages;
    },
  };
}

async function benchRecorder(folder: string): Promise<void> {
  const upstream = new Worker(new URL('../helpers/lockstep-upstream.worker.ts', import.meta.url));
  const [port] = await once(upstream, 'message');
  const tape = join(folder, 'recorded.sqlite');
  const recorder = startCli(
    ['record', '--upstream', `http://127.0.0.1:${port}`, '--listen', '127.0.0.1:0', '--out', tape],
    { withinMs: 0, entry: BUILT },
  );
  const through = new URL(await recorder.says(/send clients to (\S+),/));
  const served = await startServe(tape);
  const delays = { unwatched: [] as number[], watched: [] as number[] };
  const pids = { recorder: recorder.child.pid ?? 0, serve: served.cli.child.pid ?? 0 };
  const cost = { unwatched: { recorder: 0, serve: 0, log: 0 }, watched: { recorder: 0, serve: 0, log: 0 } };
  await streamLoad(through, { ...PLAN, waves: 2 });
  let pages = 0;
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const arm of ['unwatched', 'watched'] as const) {
      const looking = arm === 'watched' ? lookAt(served.url, 'recorded.sqlite') : null;
      const before = { recorder: cpuSec(pids.recorder), serve: cpuSec(pids.serve) };
      const load = await streamLoad(through, PLAN);
      for (const name of ['recorder', 'serve'] as const) cost[arm][name] += cpuSec(pids[name]) - before[name];
      cost[arm].log = Math.max(cost[arm].log, statSync(`${tape}-wal`).size / 1e6);
      pages += (await looking?.stop()) ?? 0;
      if (load.failed > 0) throw new Error(`${load.failed} streams failed`);
      delays[arm].push(...load.firstUs, ...load.laterUs);
    }
  }
  print(`\nrecorder at ${PLAN.streams * (1_000 / PLAN.everyMs)} chunks/s, ${pages} pages looked at`);
  for (const [arm, all] of Object.entries(delays)) {
    print(
      `${arm.padEnd(10)} delay of an event p50 ${quantile(all, 0.5)}, p99 ${quantile(all, 0.99)}, ${all.length} events`,
    );
    const { recorder: own, serve, log } = cost[arm as keyof typeof cost];
    print(
      `${' '.repeat(10)} CPU of the recorder ${own.toFixed(1)} s, of serve ${serve.toFixed(1)} s; log ${log.toFixed(1)} MB`,
    );
  }
  await served.stop();
  recorder.interrupt();
  const { code } = await recorder.ended;
  const reader = openTape(tape);
  const dropped = reader
    .captures()
    .flatMap(({ drops }) => Object.values(drops))
    .reduce((sum, n) => sum + n, 0);
  reader.close();
  check('records dropped', dropped, 0, '');
  if (code !== 0) over.push(`the recorder ended with ${code}`);
  await upstream.terminate();
}

const BENCHES: Readonly<Record<(typeof ROWS)[number], (folder: string) => Promise<void>>> = {
  large: benchLarge,
  home: benchHome,
  recorder: benchRecorder,
};

const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'));
try {
  for (const row of wanted) await BENCHES[row](folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (over.length > 0) print(`\nover the limit: ${over.join(', ')}`);
process.exitCode = over.length > 0 ? 1 : 0;
