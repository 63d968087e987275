/**
 * The reference case: the public A40 benchmark, the model in model time, and the whole product on the real clock, side
 * by side. Takes four and a half minutes.
 *
 *   node test/bench/a40.ts [--duration 60s] [--model-only] [--only 10x20,100x200]
 *
 * Exit code 1 when a cell misses the page by more than 2 % in average or rate, 25 % in deviation or 10 % in maximum.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { A40_BENCHMARK, type BenchmarkRow, type CellFigures, missesOf } from '../helpers/a40-benchmark.ts';
import { a40Model } from '../helpers/a40-model.ts';
import { httpCall } from '../helpers/http-call.ts';
import { REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { startCli } from '../helpers/run-cli.ts';

const { values: options } = parseArgs({
  options: {
    duration: { type: 'string', default: '60s' },
    'model-only': { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});

const chosen = options.only?.split(',');
const rows = A40_BENCHMARK.filter(
  ({ threads, connections }) => chosen?.includes(`${threads}x${connections}`) ?? true,
);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
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
    const matrix = rows.map(({ threads, connections }) => `${threads}x${connections}`).join();
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

function figuresOf({ e2elMs, requestsPerSec }: RunSummary): CellFigures {
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
function compare(source: string, page: BenchmarkRow, ours: CellFigures): boolean {
  const misses = missesOf(page, ours);
  const cell = (value: number, target: number, digits: number): string =>
    `${value.toFixed(digits)} (${percent(value, target)})`.padStart(18);
  print(
    source.padEnd(10) +
      cell(ours.averageSec, page.averageSec, 3) +
      cell(ours.requestsPerSec, page.requestsPerSec, 2) +
      cell(ours.stdevSec, page.stdevSec, 3) +
      cell(ours.maxSec, page.maxSec, 2) +
      (misses.length === 0 ? '   within' : '   OUTSIDE'),
  );
  return misses.length === 0;
}

const runs = options['model-only'] ? [] : await onTheRealClock();
let allClose = true;
for (const [i, page] of rows.entries()) {
  print(`\n${page.threads} threads, ${page.connections} connections`);
  print('              average, s        requests/s          stdev, s            max, s');
  print(
    `the page  ${[page.averageSec, page.requestsPerSec, page.stdevSec, page.maxSec].map((n) => `${n}`.padStart(18)).join('')}`,
  );
  allClose = compare('the model', page, a40Model(page, 1)) && allClose;
  const run = runs[i];
  if (run === undefined) continue;
  allClose = compare('reprise', page, figuresOf(run)) && allClose;
  const kilobytes = (run.bytesPerSec ?? 0) / 1024;
  print(
    `          ${run.requests} requests, ${run.errors} errors, ${kilobytes.toFixed(2)} KB/s ` +
      `(${percent(kilobytes, page.kilobytesPerSec)}), ${run.valid ? 'valid' : messagesOf('en').reasons(run.invalidReasons)}`,
  );
}
process.exitCode = allClose ? 0 : 1;
