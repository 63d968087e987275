/**
 * What `reprise serve` costs: 1,000 tapes with 10,000 runs and one run of 1,000,000 results, and a recorder whose tape is looked at.
 *
 *   npm run build && npx node test/bench/serve.ts [--tapes 1000] [--results 1000000] [--reads 12] [--rounds 3] [--only tapes|recorder]
 *
 * Times are from a request's sending to the last byte of its answer, over one kept connection; memory is the resident set of
 * the process, sampled every 50 ms. Delays of the recorder are from an event's writing at the upstream to its reading at the
 * client, as in test/bench/record.ts; both arms are in one run, one after the other in each round.
 *
 * Exit code 1 when home takes more than 1 s warm, a run page more than 5 s cold or 100 ms warm, memory passes 400 MB, or a
 * record is dropped.
 */
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
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

const { values } = parseArgs({
  options: {
    tapes: { type: 'string', default: '1000' },
    results: { type: 'string', default: '1000000' },
    reads: { type: 'string', default: '12' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
});
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

async function benchTapes(folder: string): Promise<void> {
  const tapes = Number(values.tapes);
  const results = Number(values.results);
  mkdirSync(join(folder, 'tapes'));
  const template = join(folder, 'template.sqlite');
  writeTape(template, RUNS_A_TAPE, RESULTS_A_RUN, 4);
  for (let i = 0; i < tapes; i++) copyFileSync(template, join(folder, 'tapes', `tape-${i}.sqlite`));
  const large = join(folder, 'large.sqlite');
  writeTape(large, 1, results, Number(values.reads));
  print(
    `${tapes} tapes with ${tapes * RUNS_A_TAPE} runs, and one run of ${results} results, ${values.reads} reads each`,
  );

  // Cold: nothing but this page was ever asked for.
  const alone = await startServe(large);
  const report = new URL('/report?tape=large.sqlite&runs=1', alone.url);
  check('run page of the large run, cold', (await timed(report)).ms, LIMITS.coldMs, 'ms');
  check('run page of the large run, warm', await median(report, 20), LIMITS.warmMs, 'ms');
  print(`memory with the large run alone ${alone.peak().toFixed(0)} MB`);
  await alone.stop();

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
  await streamLoad(through, { ...PLAN, waves: 2 });
  let pages = 0;
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const arm of ['unwatched', 'watched'] as const) {
      const looking = arm === 'watched' ? lookAt(served.url, 'recorded.sqlite') : null;
      const load = await streamLoad(through, PLAN);
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

const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'));
try {
  if (values.only !== 'recorder') await benchTapes(folder);
  if (values.only !== 'tapes') await benchRecorder(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (over.length > 0) print(`\nover the limit: ${over.join(', ')}`);
process.exitCode = over.length > 0 ? 1 : 0;
