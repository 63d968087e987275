import type { METRICS, MetricKey } from '../../measure/metric-table.ts';
import type { RunSummary } from '../../measure/run-summary.ts';
import type { Cell } from '../../model/run.ts';
import type { ComparedKey } from '../compared-metrics.ts';
import type { ServerDescription } from '../servers/server-description.ts';
import type { CountedRun } from '../token-counting.ts';

/** The two servers of a session, or the two settings of one server. */
export type Arm = 'baseline' | 'candidate';

/** The metrics that pairs are compared by request by request. */
export type ColumnKey = {
  [K in MetricKey]: (typeof METRICS)[K] extends {
    readonly kind: 'request' | 'paired';
    readonly compared: { readonly pairs: object };
  }
    ? K
    : never;
}[MetricKey];

/**
 * What each request took, milliseconds: element i is position i of the plan, the same request in both arms; NaN where
 * it did not end `ok` or has no such time. In a closed loop times count from sending, in an open one from the plan.
 */
export type RequestColumns = Readonly<Record<ColumnKey, Float64Array>>;

/** What one request answered. */
export interface Answer {
  /** Equal for equal text, reasoning and tool calls; null when unknown. */
  readonly hash: string | null;
  readonly tokens: number | null;
  readonly finishReason: string | null;
  readonly calledTools: boolean;
}

/** What the server measured of itself over a run; null where it does not say. */
export type ServerSide = Readonly<Record<ServerKey, number | null>>;

/** The metrics that the servers measure themselves, shown side by side in a session. */
export type ServerKey = {
  [K in MetricKey]: (typeof METRICS)[K] extends { readonly corroborates: true } ? K : never;
}[MetricKey];

/** One run of one arm: everything that a verdict needs of it. */
export interface ArmRun {
  readonly summary: CountedRun & Pick<RunSummary, 'id' | 'requests' | 'errors' | 'valid' | 'invalidReasons'>;
  /** The run's own values of the figures that are not compared request by request; null where it has none. */
  readonly values: Readonly<Partial<Record<ComparedKey, number | null>>>;
  readonly requests: RequestColumns;
  /** By position of the plan; null where no answer ended `ok`. */
  readonly answers: readonly (Answer | null)[];
  readonly server: ServerSide | null;
  /** What the control request took just before the run, milliseconds; null where none was sent or answered. */
  readonly controlMs: number | null;
  /** What the server said of itself before and after the run; null where it was not asked. */
  readonly descriptions: { readonly start: ServerDescription | null; readonly end: ServerDescription | null };
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
  /** Which of them, from 1, were made again, because the load generator had spoiled them. */
  readonly remade: readonly number[];
  /** What the same requests took when they were recorded, by position of the plan; null when that is unknown. */
  readonly recorded: RequestColumns | null;
}
