import { compareRuns } from '../../src/compare/compare-runs.ts';
import { wrkFigures } from '../../src/measure/as/wrk-figures.ts';
import { createRunSeries } from '../../src/measure/run-series.ts';
import { createSummaryTally, type MeasuredResult } from '../../src/measure/run-summary.ts';
import type { ServerFacts } from '../../src/measure/server/server-facts.ts';
import { NO_CHUNKS } from '../../src/model/chunk-times.ts';
import { createRandom } from '../../src/model/random.ts';
import { type Cell, cellName, type Run } from '../../src/model/run.ts';
import type { ReportedRun, RunsReport } from '../../src/report/runs-report.ts';
import { A40_BENCHMARK } from './a40-benchmark.ts';
import { RUN, RUN_END } from './sample-records.ts';
import { sampleResult, sampleRun } from './sample-runs.ts';

/** How the answers of a cell come: mean and standard deviation of their latency, seconds. */
export interface CellShape {
  readonly cell: Cell;
  readonly meanSec: number;
  readonly stdevSec: number;
}

/** The public A40 page's four cells. */
export const A40_SHAPES: readonly CellShape[] = A40_BENCHMARK.map((row) => ({
  cell: { threads: row.threads, connections: row.connections },
  meanSec: row.averageSec,
  stdevSec: row.stdevSec,
}));

export interface MatrixOptions {
  readonly label?: string;
  readonly shapes?: readonly CellShape[];
  readonly repeats?: number;
  /** True gives streams of 50 tokens, false plain answers. */
  readonly streamed?: boolean;
  readonly firstId?: number;
  readonly windowSec?: number;
  /** Noise between runs of a cell, as a share of its latency. */
  readonly noise?: number;
}

/** Runs of a matrix by their shapes, with their results: the same each time. */
export function matrixRuns(options: MatrixOptions = {}): readonly {
  readonly run: Run;
  readonly results: readonly MeasuredResult[];
}[] {
  const { shapes = A40_SHAPES, repeats = 1, label = 'reference', firstId = 1, windowSec = 60 } = options;
  const random = createRandom(firstId);
  return Array.from({ length: repeats }, (_, repeat) =>
    shapes.map((shape, i) => {
      const id = firstId + repeat * shapes.length + i;
      const factor = random.gaussian(1, options.noise ?? 0.002);
      const run = sampleRun({
        id,
        label,
        target: 'http://10.1.2.100:8080',
        cell: shape.cell,
        startedAtMs: Date.UTC(2026, 10, 24, 13) + id * 70_000,
        settings: {
          ...RUN.settings,
          durationUs: windowSec * 1e6,
          repeat: repeat + 1,
          workers: 2,
          client: 'AMD EPYC 7B13, 8 cores, linux x64, Node 24.4.0',
          commandLine: commandLineOf({ label, shapes, repeats, windowSec }),
        },
        end: {
          ...RUN_END,
          windowUs: windowSec * 1e6,
          endedUs: (windowSec + 2 * shape.meanSec) * 1e6,
          health: { ...RUN_END.health, connectionsOpen: shape.cell.connections },
        },
      });
      return { run, results: resultsOf(run, shape, factor, options.streamed === true) };
    }),
  ).flat();
}

function commandLineOf({
  label,
  shapes,
  repeats,
  windowSec,
}: Required<Pick<MatrixOptions, 'label' | 'shapes' | 'repeats' | 'windowSec'>>): readonly string[] {
  const cells = shapes.map(({ cell }) => cellName(cell)).join(',');
  const tape = ['replay', 'recordings/reference.sqlite', '--target', 'http://10.1.2.100:8080'];
  const load = ['--matrix', cells, '--duration', `${windowSec}s`];
  return [...tape, ...load, '--label', label, '--repeat', String(repeats)];
}

function resultsOf(run: Run, shape: CellShape, factor: number, streamed: boolean): readonly MeasuredResult[] {
  const random = createRandom(run.id * 31);
  const windowUs = run.end?.windowUs ?? 0;
  const { threads, connections } = run.cell;
  const results: MeasuredResult[] = [];
  for (let connection = 0; connection < connections; connection++) {
    let atUs = 0;
    while (atUs < windowUs) {
      const sentUs = atUs + 300;
      const latencyUs = Math.round(1e6 * random.gaussian(shape.meanSec * factor, shape.stdevSec));
      const finishedUs = sentUs + latencyUs;
      const times = streamed
        ? Array.from({ length: 50 }, (_, i) => Math.round(sentUs + latencyUs * (0.08 + (0.91 * i) / 49)))
        : [];
      const result = sampleResult({
        runId: run.id,
        scheduledUs: atUs,
        sentUs,
        firstTokenUs: times[0] ?? null,
        lastTokenUs: times.at(-1) ?? null,
        finishedUs,
        thread: connection % threads,
        connection,
        completionTokens: 50,
        streamed,
        wireBytes: 766,
      });
      const chunks = streamed
        ? { ...NO_CHUNKS, atUs: times, kinds: times.map(() => 4), tokens: times.map(() => 1) }
        : NO_CHUNKS;
      results.push({ result, chunks });
      atUs = finishedUs;
    }
  }
  return results
    .sort((a, b) => a.result.scheduledUs - b.result.scheduledUs)
    .map(({ result, chunks }, seq) => ({ result: { ...result, seq, id: seq + 1 }, chunks }));
}

export const SERVER: ServerFacts = {
  version: '0.8.5',
  models: [{ id: 'deepseek-14b', maxModelLen: 32_768 }],
  flags: [
    ['max_num_seqs', '256'],
    ['enable_prefix_caching', 'true'],
  ],
  gpus: ['NVIDIA A40'],
  driver: '550.54.15',
  commandOutput: null,
};

/** A run with everything that a report tells of it. */
export function reportedRun(run: Run, results: readonly MeasuredResult[]): ReportedRun {
  const [tally, series] = [createSummaryTally(run), createRunSeries(run)];
  for (const result of results) {
    tally.add(result);
    series.add(result);
  }
  return {
    summary: tally.summary(),
    series: { ...series.figures(), ...tally.distributions() },
    wrk: wrkFigures(
      run,
      results.map(({ result }) => result),
    ),
    server: SERVER,
    recordedServer: null,
    toolVersion: '0.1.0',
  };
}

/** A report of some runs, as the command line would gather it. */
export function sampleReport(runs: readonly ReportedRun[], overrides: Partial<RunsReport> = {}): RunsReport {
  return {
    tape: 'recordings/reference.sqlite',
    runs,
    recorded: new Map([[1, { e2elMs: 2_630 }]]),
    note: '',
    path: '/v1/chat/completions',
    toolVersion: '0.1.0',
    compared: [],
    ...overrides,
  };
}

/** A report of two labels with their comparison, as the command line would gather it; the second's loads as `after` says. */
export function comparedReport(options: MatrixOptions, after: MatrixOptions): RunsReport {
  const made = (label: string, firstId: number, own: MatrixOptions) =>
    matrixRuns({ ...own, label, firstId }).map(({ run, results }) => reportedRun(run, results));
  const [first, second] = [made('before', 1, options), made('after', 101, { ...options, ...after })];
  const summaries = (runs: readonly ReportedRun[]) => runs.map(({ summary }) => summary);
  const sides = { before: 'before', after: 'after' };
  return sampleReport([...first, ...second], {
    compared: [
      {
        comparison: compareRuns(sides, summaries(first), summaries(second)),
        changed: [{ name: 'scheduler_config.max_num_seqs', baseline: '256', candidate: '128' }],
        runs: summaries([...first, ...second]),
      },
    ],
  });
}

export function matrixReport(options: MatrixOptions = {}): RunsReport {
  return sampleReport(matrixRuns(options).map(({ run, results }) => reportedRun(run, results)));
}
