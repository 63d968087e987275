import type { InvalidReason } from '../model/invalid-reason.ts';
import type { Cell, RunHealth, RunSettings } from '../model/run.ts';
import type { Goodput } from './goodput.ts';
import type { CountFigures, ErrorKind } from './run-counts.ts';
import { type SampleStats, sufficientStats } from './sample.ts';
import type { ServerFigures } from './server/server-figures.ts';

/** The figures of one run. Every definition stands in docs/metrics.md; `replay --json` prints them as `reported`. */
export interface RunSummary extends RunLatencies, CountFigures {
  readonly id: number;
  readonly label: string;
  readonly target: string;
  readonly cell: Cell;
  /** Counts from 1 within label and cell. */
  readonly repeat: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Null when no limits were asked for. */
  readonly goodput: Goodput | null;
  /** Tokens of `ok` requests. */
  readonly promptLength: SampleStats;
  readonly completionLength: SampleStats;
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

/** Milliseconds, of `ok` requests. */
export interface RunLatencies {
  /** Service times: from sending. */
  readonly e2elMs: SampleStats;
  readonly ttftMs: SampleStats;
  /** Response times: from the planned instant. */
  readonly responseMs: SampleStats;
  readonly ttftResponseMs: SampleStats;
  readonly tpotMs: SampleStats;
  /** Gaps between reads that carried tokens. */
  readonly itlMs: SampleStats;
  /** The same, a read's gap shared by its tokens. */
  readonly itlPerTokenMs: SampleStats;
  /** Sending behind the plan, of all requests that were sent; empty in a closed loop. */
  readonly scheduleLagMs: SampleStats;
}

/**
 * The summary as outputs show it: percentiles that a latency's sample cannot carry are null. Lengths keep theirs: they
 * describe the requests that were sent and stand for no others.
 */
export function reportedSummary(summary: RunSummary): RunSummary {
  return {
    ...summary,
    e2elMs: sufficientStats(summary.e2elMs),
    ttftMs: sufficientStats(summary.ttftMs),
    responseMs: sufficientStats(summary.responseMs),
    ttftResponseMs: sufficientStats(summary.ttftResponseMs),
    tpotMs: sufficientStats(summary.tpotMs),
    itlMs: sufficientStats(summary.itlMs),
    itlPerTokenMs: sufficientStats(summary.itlPerTokenMs),
    scheduleLagMs: sufficientStats(summary.scheduleLagMs),
  };
}
