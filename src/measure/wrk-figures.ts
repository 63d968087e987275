import type { Result } from '../model/result.ts';
import type { Run } from '../model/run.ts';

/** wrk's four figures of one line: microseconds for latency, requests per second for Req/Sec. */
export interface WrkLine {
  readonly mean: number;
  readonly stdev: number;
  readonly max: number;
  /** Share of the sample within mean ± stdev, percent; NaN of an empty sample, as wrk prints it. */
  readonly within: number;
}

/** What wrk 4.2.0 would have printed of a run. */
export interface WrkFigures {
  /** Of the whole test, microseconds. */
  readonly runtimeUs: number;
  readonly complete: number;
  readonly bytes: number;
  readonly latency: WrkLine;
  readonly reqSec: WrkLine;
  /** `[percent, microseconds]` */
  readonly distribution: readonly (readonly [number, number])[];
  readonly errors: {
    readonly connect: number;
    readonly read: number;
    readonly write: number;
    readonly timeout: number;
    readonly status: number;
  };
}

/** wrk's threads look at their counters this often, µs. */
const TICK_US = 100_000;

/**
 * Computes wrk's figures as wrk.c and stats.c of 4.2.0 do, with its habits: requests in flight at the end are not
 * there, latencies are corrected for coordinated omission, latencies above the timeout count as timeouts.
 */
export function wrkFigures(run: Run, results: Iterable<Result>): WrkFigures {
  const runtimeUs = run.end?.windowUs ?? 0;
  const latencies: number[] = [];
  const completions: { thread: number; atUs: number }[] = [];
  const errors = { connect: 0, read: 0, write: 0, timeout: 0, status: 0 };
  let bytes = 0;

  for (const result of results) {
    if (result.finishedUs > runtimeUs) continue;
    const error = socketError(result);
    if (error !== null) {
      errors[error] += 1;
      continue;
    }
    bytes += result.wireBytes;
    completions.push({ thread: result.thread, atUs: result.finishedUs });
    if ((result.status ?? 0) > 399) errors.status += 1;
    const latency = Math.round(result.finishedUs - (result.sentUs ?? result.scheduledUs));
    if (latency > run.settings.timeoutUs) errors.timeout += 1;
    else latencies.push(latency);
  }
  const complete = completions.length;
  const rounds = Math.floor(complete / run.cell.connections);
  const corrected = correct(latencies, rounds > 0 ? Math.floor(runtimeUs / rounds) : 0).sort((a, b) => a - b);
  return {
    runtimeUs,
    complete,
    bytes,
    latency: line(
      corrected,
      latencies.reduce((a, b) => Math.max(a, b), 0),
    ),
    reqSec: lineOf(reqSecSamples(run.cell.threads, completions)),
    distribution: [50, 75, 90, 99].map((p) => [p, valueAt(corrected, p)] as const),
    errors,
  };
}

function socketError({ outcome, sentUs }: Result): 'connect' | 'read' | 'timeout' | null {
  switch (outcome) {
    case 'unreachable':
      return 'connect';
    case 'timeout':
      return sentUs === null ? 'connect' : 'timeout';
    case 'upstream_aborted':
    case 'incomplete':
    case 'unfinished':
    case 'client_aborted':
      return 'read';
    default:
      return null;
  }
}

/** stats_correct(): a latency of n ≥ 2 intervals stands also for those that would have been sent meanwhile. */
function correct(latencies: readonly number[], intervalUs: number): number[] {
  const corrected = [...latencies];
  if (intervalUs <= 0) return corrected;
  for (const latency of latencies) {
    if (latency < 2 * intervalUs) continue;
    for (let n = latency - intervalUs; n > intervalUs; n -= intervalUs) corrected.push(n);
  }
  return corrected;
}

/** Every 100 ms a thread that completed something notes its rate since its last note, cut to a whole number. */
function reqSecSamples(
  threads: number,
  completions: readonly { readonly thread: number; readonly atUs: number }[],
): number[] {
  const perThread = Array.from({ length: threads }, (): Map<number, number> => new Map());
  for (const { thread, atUs } of completions) {
    const ticks = perThread[thread];
    const tick = Math.ceil(atUs / TICK_US);
    ticks?.set(tick, (ticks.get(tick) ?? 0) + 1);
  }
  return perThread.flatMap((ticks) => {
    let last = 0;
    return [...ticks.entries()]
      .sort(([a], [b]) => a - b)
      .map(([tick, requests]) => {
        const elapsedMs = (tick - last) * (TICK_US / 1e3);
        last = tick;
        return Math.floor((requests / elapsedMs) * 1000);
      });
  });
}

function lineOf(values: readonly number[]): WrkLine {
  return line(
    values,
    values.reduce((a, b) => Math.max(a, b), 0),
  );
}

function line(values: readonly number[], max: number): WrkLine {
  const n = values.length;
  const mean = n === 0 ? 0 : values.reduce((sum, x) => sum + x, 0) / n;
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const stdev = n < 2 ? 0 : Math.sqrt(squares / (n - 1));
  const inside = values.filter((x) => x >= mean - stdev && x <= mean + stdev).length;
  return { mean, stdev, max, within: (inside / n) * 100 };
}

/** stats_percentile(): rank = round(p/100 × n + 0.5). */
function valueAt(sorted: readonly number[], p: number): number {
  const rank = Math.round((p / 100) * sorted.length + 0.5);
  return sorted[rank - 1] ?? 0;
}
