import type { RunSummary } from '../../measure/run-summary.ts';
import type { Cell } from '../../model/run.ts';
import type { ServerWords } from '../servers/server-words.ts';

/** The two servers of a session, or the two settings of one server. */
export type Arm = 'baseline' | 'candidate';

/**
 * What each request took, milliseconds: element i is position i of the plan, the same request in both arms; NaN where
 * it did not end `ok` or has no such time. In a closed loop times count from sending, in an open one from the plan.
 */
export interface RequestColumns {
  readonly e2elMs: Float64Array;
  readonly ttftMs: Float64Array;
  readonly tpotMs: Float64Array;
  /** The longest time without a token: until the first, or between two; E2EL of an answer in one piece. */
  readonly waitMs: Float64Array;
}

/** What one request answered. */
export interface Answer {
  /** Equal for equal text, reasoning and tool calls; null when unknown. */
  readonly hash: string | null;
  readonly tokens: number | null;
  readonly finishReason: string | null;
  readonly calledTools: boolean;
}

/** What the server measured of itself over a run, from its `/metrics` before and after; null where it does not say. */
export interface ServerSide {
  /** Share of the looked-up prompt tokens that the prefix cache held, 0 to 1. */
  readonly prefixCacheHitRate: number | null;
  /** Means per request, milliseconds. */
  readonly queueMs: number | null;
  readonly prefillMs: number | null;
  /** Share of the KV cache in use, 0 to 1: the largest that was seen during the run. */
  readonly kvUsage: number | null;
  readonly preemptions: number | null;
  /** Tokens of a step of the engine, mean: the batch. */
  readonly iterationTokens: number | null;
}

/** One run of one arm: everything that a verdict needs of it. */
export interface ArmRun {
  readonly summary: Pick<
    RunSummary,
    | 'id'
    | 'requests'
    | 'errors'
    | 'valid'
    | 'invalidReasons'
    | 'itlMs'
    | 'servedOutputTokensPerSec'
    | 'servedRequestsPerSec'
  >;
  readonly requests: RequestColumns;
  /** By position of the plan; null where no answer ended `ok`. */
  readonly answers: readonly (Answer | null)[];
  readonly server: ServerSide | null;
  /** What the server said of itself before and after the run; null where it was not asked. */
  readonly words: { readonly start: ServerWords | null; readonly end: ServerWords | null };
}

/** One run of each arm, side by side. */
export interface Pair {
  /** Which of them ran first. */
  readonly first: Arm;
  readonly baseline: ArmRun;
  readonly candidate: ArmRun;
}

/** The pairs of one cell, in the order in which they were made. */
export interface CellPairs {
  readonly cell: Cell;
  readonly pairs: readonly Pair[];
  /** What the same requests took when they were recorded, by position of the plan; null where nobody knows. */
  readonly recorded: RequestColumns | null;
}
