/**
 * The reference case: the public A40 benchmark, the model in model time, and the whole product on the real clock, side
 * by side. Takes four and a half minutes.
 *
 *   node test/bench/a40.ts [--duration 60s] [--model-only]
 *
 * Exit code 1 when a cell misses the page by more than 3 % of its average latency or 2 % of its rate.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import { A40_BENCHMARK, A40_WITHIN, type BenchmarkRow } from '../helpers/a40-benchmark.ts';
import { httpCall } from '../helpers/http-call.ts';
import { A40, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { startCli } from '../helpers/run-cli.ts';
import { virtualClosedLoop } from '../helpers/virtual-closed-loop.ts';

/** The four figures of a cell that the page prints. */
interface Figures {
  readonly averageSec: number;
  readonly stdevSec: number;
  readonly maxSec: number;
  readonly requestsPerSec: number;
}

const { values: options } = parseArgs({
  options: {
    duration: { type: 'string', default: '60s' },
    'model-only': { type: 'boolean', default: false },
  },
});

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The model without sockets: what a perfect client and loopback would see in one minute. */
function inModelTime({ connections }: BenchmarkRow): Figures {
  const durationUs = 60e6;
  const { latenciesUs } = virtualClosedLoop({
    profile: A40,
    connections,
    durationUs,
    promptTokens: 13,
    outputTokens: 50,
    seed: 1,
  });
  const seconds = latenciesUs.map((us) => us / 1e6);
  const averageSec = seconds.reduce((sum, s) => sum + s, 0) / seconds.length;
  const squares = seconds.reduce((sum, s) => sum + (s - averageSec) ** 2, 0);
  return {
    averageSec,
    stdevSec: Math.sqrt(squares / (seconds.length - 1)),
    maxSec: Math.max(...seconds),
    requestsPerSec: seconds.length / (durationUs / 1e6),
  };
}

/** `simulate`, `record` of one reference request, `replay` of the matrix: as a user would. */
async function onTheRealClock(): Promise<readonly RunSummary[]> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-a40-'));
  const tape = join(folder, 'reference.sqlite');
  const server = startCli(['simulate', '--profile', 'a40-14b', '--listen', '127.0.0.1:0'], { withinMs: 0 });
  try {
    const target = await server.says(/listens on (\S+)/);
    const recorder = startCli(['record', '--upstream', target, '--listen', '127.0.0.1:0', '--out', tape]);
    const url = await recorder.says(/send clients to (\S+),/);
    await httpCall(new URL('/v1/chat/completions', url), REFERENCE_REQUEST);
    recorder.interrupt();
    await recorder.ended;
    const matrix = A40_BENCHMARK.map(({ threads, connections }) => `${threads}x${connections}`).join();
    const args = [
      'replay',
      tape,
      '--target',
      target,
      '--matrix',
      matrix,
      '--duration',
      options.duration,
      '--json',
    ];
    const { stdout, stderr, code } = await startCli(args, { withinMs: 0 }).ended;
    if (code !== 0) throw new Error(stderr);
    return (JSON.parse(stdout) as { readonly runs: readonly RunSummary[] }).runs;
  } finally {
    server.interrupt();
    await server.ended;
    rmSync(folder, { recursive: true });
  }
}

function figuresOf({ e2elMs, requestsPerSec }: RunSummary): Figures {
  const { mean, stdev, max } = e2elMs;
  return {
    averageSec: (mean ?? Number.NaN) / 1e3,
    stdevSec: (stdev ?? Number.NaN) / 1e3,
    maxSec: (max ?? Number.NaN) / 1e3,
    requestsPerSec,
  };
}

const percent = (ours: number, page: number): string =>
  `${ours < page ? '' : '+'}${((ours / page - 1) * 100).toFixed(1)} %`;

/** Prints one row against the page; true when it is near enough. */
function compare(source: string, page: BenchmarkRow, ours: Figures): boolean {
  const close =
    Math.abs(ours.averageSec / page.averageSec - 1) <= A40_WITHIN.average &&
    Math.abs(ours.requestsPerSec / page.requestsPerSec - 1) <= A40_WITHIN.rate;
  const cell = (value: number, target: number, digits: number): string =>
    `${value.toFixed(digits)} (${percent(value, target)})`.padStart(18);
  print(
    source.padEnd(10) +
      cell(ours.averageSec, page.averageSec, 3) +
      cell(ours.requestsPerSec, page.requestsPerSec, 2) +
      cell(ours.stdevSec, page.stdevSec, 3) +
      cell(ours.maxSec, page.maxSec, 2) +
      (close ? '   within' : '   OUTSIDE'),
  );
  return close;
}

const runs = options['model-only'] ? [] : await onTheRealClock();
let allClose = true;
for (const [i, page] of A40_BENCHMARK.entries()) {
  print(`\n${page.threads} threads, ${page.connections} connections`);
  print('              average, s        requests/s          stdev, s            max, s');
  print(
    `the page  ${[page.averageSec, page.requestsPerSec, page.stdevSec, page.maxSec].map((n) => `${n}`.padStart(18)).join('')}`,
  );
  allClose = compare('the model', page, inModelTime(page)) && allClose;
  const run = runs[i];
  if (run === undefined) continue;
  allClose = compare('reprise', page, figuresOf(run)) && allClose;
  const kilobytes = run.bytesPerSec / 1024;
  print(
    `          ${run.requests} requests, ${run.errors} errors, ${kilobytes.toFixed(2)} KB/s ` +
      `(${percent(kilobytes, page.kilobytesPerSec)}), ${run.valid ? 'valid' : run.invalidReasons.join('; ')}`,
  );
}
process.exitCode = allClose ? 0 : 1;
