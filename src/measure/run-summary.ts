import type { TokenSource } from '../model/completion.ts';
import type { InvalidReason } from '../model/invalid-reason.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Cell, RunHealth, RunSettings } from '../model/run.ts';
import type { ErrorKind } from './error-kinds.ts';
import type { Goodput } from './goodput.ts';
import { carriedStats, type SampleStats } from './sample-stats.ts';
import type { ServerFigures } from './server-figures.ts';

/** The figures of one run. Every definition stands in docs/metrics.md; `replay --json` prints them as `reported`. */
export interface RunSummary extends RunLatencies {
  readonly id: number;
  readonly label: string;
  readonly target: string;
  readonly cell: Cell;
  /** Counts from 1 within label and cell. */
  readonly repeat: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** All requests that were sent, also those that ended after the window. */
  readonly requests: number;
  readonly errors: number;
  /** Requests that the plan cut where their recorded client had gone away: neither errors nor in the latencies. */
  readonly plannedAborts: number;
  /** Requests that ended after the window: counted in latencies, not in rates. */
  readonly drained: number;
  /** The window: from the start to the end of sending. */
  readonly durationMs: number;
  /** Answers completed within the window ÷ window, of any status. */
  readonly requestsPerSec: number;
  /** Bytes read from the sockets for them ÷ window. */
  readonly bytesPerSec: number;
  /** Tokens of the `ok` ones among them ÷ window; null when no answer told its tokens. */
  readonly outputTokensPerSec: number | null;
  /** The same with the tokens of their prompts. */
  readonly totalTokensPerSec: number | null;
  /** As above, but every `ok` request counts with the share of its service time that lies within the window. */
  readonly servedRequestsPerSec: number;
  readonly servedOutputTokensPerSec: number | null;
  /** Null when no limits were asked for. */
  readonly goodput: Goodput | null;
  /** Tokens of `ok` requests. */
  readonly promptLength: SampleStats;
  readonly completionLength: SampleStats;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** The most frequent ten. */
  readonly errorKinds: readonly ErrorKind[];
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Where the `ok` requests' token counts came from. */
  readonly tokenSources: Readonly<Partial<Record<TokenSource, number>>>;
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
    e2elMs: carriedStats(summary.e2elMs),
    ttftMs: carriedStats(summary.ttftMs),
    responseMs: carriedStats(summary.responseMs),
    ttftResponseMs: carriedStats(summary.ttftResponseMs),
    tpotMs: carriedStats(summary.tpotMs),
    itlMs: carriedStats(summary.itlMs),
    itlPerTokenMs: carriedStats(summary.itlPerTokenMs),
    scheduleLagMs: carriedStats(summary.scheduleLagMs),
  };
}
