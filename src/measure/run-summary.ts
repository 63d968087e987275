import type { ServerState } from '../model/capture.ts';
import { type ChunkTimes, enlarged } from '../model/chunk-times.ts';
import type { InvalidReason } from '../model/note.ts';
import type { PlainResult } from '../model/result.ts';
import { type Cell, isValid, type Run, type RunHealth, type RunSettings } from '../model/run.ts';
import type { Distribution } from './distribution.ts';
import { createGoodputTally, type Goodput, type Slo } from './goodput.ts';
import { type DrawnKey, metricsOf, type RunSamples } from './metric-table.ts';
import { type CountFigures, createErrorKinds, createRunCounts, type ErrorKind } from './run-counts.ts';
import { createRunLatencies } from './run-latencies.ts';
import { PERCENTILES, type Percentile, sufficientStats } from './sample.ts';
import { type ServerFigures, serverFigures } from './server/server-figures.ts';

/** The figures of one run, defined in docs/metrics.md; `replay --json` prints `reportedSummary` of them. */
export interface RunSummary extends RunSamples, CountFigures {
  readonly id: number;
  readonly label: string;
  readonly target: string;
  readonly cell: Cell;
  /** Counts from 1 within label and cell. */
  readonly repeat: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** The percentiles that tables show, in rising order; the samples have them. */
  readonly percentiles: readonly Percentile[];
  /** Null when no limits were asked for. */
  readonly goodput: Goodput | null;
  /** The most frequent ten. */
  readonly errorKinds: readonly ErrorKind[];
  readonly stoppedEarly: boolean;
  readonly valid: boolean;
  readonly invalidReasons: readonly InvalidReason[];
  readonly health: RunHealth | null;
  /** Null when the server said nothing of itself, or was not asked. */
  readonly server: ServerFigures | null;
  readonly settings: RunSettings;
}

/** The summary as outputs show it: percentiles of an insufficient sample are null. */
export function reportedSummary(summary: RunSummary): RunSummary {
  const samples = metricsOf('request', 'sending', 'gaps').map(({ key, sufficient }) => {
    const stats = summary[key];
    return [key, sufficient === false ? stats : sufficientStats(stats)] as const;
  });
  return { ...summary, ...(Object.fromEntries(samples) as unknown as RunSamples) };
}

/** A result with the reads of its answer. */
export interface MeasuredResult<R extends PlainResult = PlainResult> {
  readonly result: R;
  readonly chunks: ChunkTimes;
}

export interface SummaryOptions {
  /**
   * The positions of the plan that count in the latencies, so that runs of different length can be compared over the
   * same requests; rates always count the whole window. Absent or null: all.
   */
  readonly common?: CommonPositions | null;
  /** What a good request must meet; absent or null: goodput is not asked for. */
  readonly slo?: Slo | null;
  /** What tables show, in rising order; absent or null: `PERCENTILES`. */
  readonly percentiles?: readonly Percentile[] | null;
  /** What the server said of itself at the run's edges. */
  readonly states?: readonly ServerState[];
}

/** The figures that a user may choose. */
export type AskedFigures = Pick<SummaryOptions, 'slo' | 'percentiles'>;

/** A run's figures while its results pass by, in any order. */
export interface SummaryTally {
  add(measured: MeasuredResult): void;
  summary(): RunSummary;
  /** For pictures, of the samples that are drawn; asked for at the end, before the summary: of samples only the figures are kept. */
  distributions(): Readonly<Record<DrawnKey, Distribution>>;
}

/** Turns a run's results into figures, in one pass over them. */
export function summarizeRun(
  run: Run,
  results: Iterable<MeasuredResult>,
  options: SummaryOptions = {},
): RunSummary {
  const tally = createSummaryTally(run, options);
  for (const measured of results) tally.add(measured);
  return tally.summary();
}

/** The same for a reader that shows each result to others too: a million of them are read once. */
export function createSummaryTally(
  run: Run,
  { common = null, slo = null, percentiles, states = [] }: SummaryOptions = {},
): SummaryTally {
  const shown = percentiles ?? PERCENTILES;
  const windowUs = run.end?.windowUs ?? Number.POSITIVE_INFINITY;
  const latencies = createRunLatencies(run.settings.load, percentiles ?? []);
  const counts = createRunCounts(windowUs);
  const errors = createErrorKinds();
  const goodput = slo === null ? null : createGoodputTally(slo, windowUs);
  return {
    add({ result, chunks }) {
      counts.add(result);
      errors.add(result);
      goodput?.add(result, chunks);
      latencies.addSending(result);
      if (result.outcome === 'ok' && (common === null || isCommon(common, result.seq)))
        latencies.add(result, chunks);
    },
    distributions: latencies.distributions,
    summary: () => ({
      id: run.id,
      label: run.label,
      target: run.target,
      cell: run.cell,
      repeat: run.settings.repeat,
      startedAt: new Date(run.startedAtMs).toISOString(),
      ...counts.figures(),
      errorKinds: errors.kinds(),
      percentiles: shown,
      goodput: goodput?.goodput(counts.perSec) ?? null,
      ...latencies.figures(),
      stoppedEarly: run.end?.stoppedEarly ?? true,
      valid: isValid(run),
      invalidReasons: run.end?.invalidReasons ?? [{ kind: 'processDied' }],
      health: run.end?.health ?? null,
      server: serverFigures(states),
      settings: run.settings,
    }),
  };
}

/** Positions of the plan, as plain data: it passes between threads. */
export interface CommonPositions {
  /** How many of the runs have each position, those before it included. */
  readonly reached: Uint16Array;
  /** The same of positions far beyond the number of requests, as only a damaged tape has: memory must not follow them. */
  readonly far: ReadonlyMap<number, number>;
  readonly runs: number;
  /** How many all runs have. */
  readonly size: number;
}

export function isCommon({ reached, far, runs }: CommonPositions, seq: number): boolean {
  return runs > 0 && (reached[seq] ?? far.get(seq) ?? 0) === runs;
}

/**
 * The positions of the plan that every run reached. Turns of a conversation wait for each other, so these are not simply
 * the first positions.
 * @param runs of each run the positions that ended `ok`, each at most once
 */
export function commonPositions(runs: Iterable<Iterable<number>>): CommonPositions {
  let reached = new Uint16Array(1024);
  const far = new Map<number, number>();
  let count = 0;
  let seen = 0;
  let size = 0;
  for (const positions of runs) {
    size = 0;
    for (const seq of positions) {
      seen += 1;
      if (seq >= reached.length && seq < 16 * seen + 4096 && !far.has(seq)) {
        reached = enlarged(reached, 2 ** Math.ceil(Math.log2(seq + 1)));
        for (const [at, runs] of far) if (at < reached.length) reached[at] = runs;
      }
      // A position that a run missed never catches up.
      if ((reached[seq] ?? far.get(seq) ?? 0) !== count) continue;
      size += 1;
      if (seq < reached.length) reached[seq] = count + 1;
      else far.set(seq, count + 1);
    }
    count += 1;
  }
  return { reached, far, runs: count, size };
}
