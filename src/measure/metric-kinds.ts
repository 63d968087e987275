import { type ChunkTimes, TOKEN_BITS } from '../model/chunk-times.ts';
import type { PlainResult } from '../model/result.ts';
import type { Goodput } from './goodput.ts';
import type { CountFigures } from './run-counts.ts';
import type { PercentileName } from './sample.ts';
import type { ServerFigures } from './server/server-figures.ts';

/** What the times of a request are made of; a recorded exchange has the same. Instants in microseconds. */
export type TimedRequest = Pick<
  PlainResult,
  | 'streamed'
  | 'scheduledUs'
  | 'sentUs'
  | 'firstTokenUs'
  | 'firstVisibleUs'
  | 'lastTokenUs'
  | 'finishedUs'
  | 'promptTokens'
  | 'completionTokens'
>;

/** The figures of a run that are single numbers are read from these. */
export interface ScalarFigures extends CountFigures {
  readonly goodput: Goodput | null;
  readonly server: ServerFigures | null;
}

/** How a value of a run is made from its sample; `value` of a figure that is a single number. */
export type RunStatistic = 'value' | 'mean' | PercentileName;

/**
 * How the runs of a pair are compared: `typical` is the median over requests of the ratio of their two
 * times, `slowest` the mean of the slowest twentieth, the others compare the runs' own values.
 */
export type PairStatistic = 'typical' | 'slowest' | 'p99' | 'value';

/** Whether a compared figure decides the verdict; `fallback` decides where answers come in one piece. */
export type Role = 'gating' | 'fallback' | 'supplementary';

/** Where a column of the matrix is: among the first ones, behind the size of the sample, or in the second table. */
export type MatrixTable = 'main' | 'last' | 'more';

/** How two sides are compared by a metric; always by logarithms of ratios. */
interface Compared {
  readonly better: 'lower' | 'higher';
  /** It depends on how many tokens were asked for, so both sides need answers of equal length. */
  readonly needsEqualLengths: boolean;
  /** It is made of token counts, so both sides need to be counted alike. */
  readonly countsTokens?: true;
  /** Runs that were made one side after the other. */
  readonly runs?: Partial<Record<RunStatistic, Role>>;
  /** Pairs of runs side by side, request by request where they can be. */
  readonly pairs?: Partial<Record<PairStatistic, Role>>;
  /** A session may declare it primary; the lowest number replaces a declared one that cannot be judged. */
  readonly primary?: number;
}

interface Shown {
  /** Its line in docs/metrics.md. */
  readonly definition: string;
  /** It is meaningful in an open loop only. */
  readonly loop?: 'open';
  /** Its column of the CSV; of a sample the beginning of its columns. */
  readonly csv?: string;
  /** Columns of the matrix, by their place. */
  readonly matrix?: Partial<Record<RunStatistic, readonly [MatrixTable, number]>>;
  readonly compared?: Compared;
}

interface SampleRow extends Shown {
  readonly unit: 'ms' | 'tokens';
  /** False: it describes the requests of the run themselves, so no percentile needs a sufficient sample. */
  readonly sufficient?: false;
  /** It is shown where its sample differs from this metric's, in size or in the mean. */
  readonly unlike?: string;
  /** A good request may have a limit of it (`--slo`), by its name in the CSV. */
  readonly slo?: true;
  /** Its distribution is drawn. The text is its definition in SQL over a tape's results: it finds the requests of a bin. */
  readonly drawn?: string;
  /** It is in the HdrHistogram log, in the second in which it became known. */
  readonly hlog?: 'firstTokenUs' | 'finishedUs' | 'read';
}

/** A latency or length of each request that ended `ok`. */
export interface RequestRow extends SampleRow {
  readonly kind: 'request';
  /** Null of a request that does not have it. */
  readonly of: (request: TimedRequest) => number | null;
}

/** A time of each request that was sent in an open loop, however it ended. */
interface SendingRow extends SampleRow {
  readonly kind: 'sending';
  readonly of: (request: TimedRequest) => number | null;
}

/** The gaps between an answer's reads that carried tokens. */
interface GapsRow extends SampleRow {
  readonly kind: 'gaps';
  /** The gap before a read of k tokens counts as k gaps of a k-th each. */
  readonly perToken: boolean;
  /** `--slo` may limit the longest gap of a request. */
  readonly slo?: true;
}

/** A time of each request that only pairs of runs are compared by. */
interface PairedRow extends Shown {
  readonly kind: 'paired';
  readonly unit: 'ms';
  readonly of: (request: TimedRequest, chunks: ChunkTimes) => number | null;
}

/** One number of a run. */
interface ScalarRow extends Shown {
  readonly kind: 'scalar';
  readonly unit: 'per s' | 'bytes per s' | 'share' | 'count' | 'ms';
  readonly of: (run: ScalarFigures) => number | null;
  /** Its column is hidden where all runs have none of it. */
  readonly optional?: true;
  /** Measured by the server: a session shows both arms' values side by side, and they decide nothing. */
  readonly corroborates?: true;
}

export type Metric = RequestRow | SendingRow | GapsRow | PairedRow | ScalarRow;

/** Milliseconds from one instant to another, which are microseconds; null where one is missing. */
export function between(fromUs: number | null, toUs: number | null): number | null {
  return fromUs === null || toUs === null ? null : (toUs - fromUs) / 1e3;
}

/** The longest time without a token, from sending on, milliseconds; null where none came. */
export function longestStallMs({ sentUs }: TimedRequest, { atUs, kinds }: ChunkTimes): number | null {
  let longestUs: number | null = null;
  let lastUs = sentUs ?? 0;
  for (let i = 0; i < atUs.length; i++) {
    if (((kinds[i] ?? 0) & TOKEN_BITS) === 0) continue;
    const at = atUs[i] ?? lastUs;
    longestUs = Math.max(longestUs ?? 0, at - lastUs);
    lastUs = at;
  }
  return sentUs === null || longestUs === null ? null : longestUs / 1e3;
}
