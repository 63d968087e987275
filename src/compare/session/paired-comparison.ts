import type { ComparedKey, Margins, PrimaryKey } from '../compared-metrics.ts';
import type { CellComparison, Comparison, MetricComparison } from '../comparison.ts';
import type { ServerDifference } from '../servers/server-differences.ts';
import type { AnswerDrift } from './answer-drift.ts';
import type { Look } from './due-look.ts';
import type { Invalidity } from './invalidity.ts';
import type { RecordedTiming } from './recorded-timing.ts';
import type { ServerSideRow } from './server-sides.ts';
import type { SessionConclusion } from './session-conclusion.ts';

/** One metric of a session's pairs. */
export interface PairedMetricComparison extends MetricComparison {
  /** candidate ÷ baseline of each valid pair, in the order of the session. */
  readonly pairs: readonly number[];
  /** Of the t-test over pairs, not corrected for the number of metrics; null below three pairs. */
  readonly p: number | null;
  /** Exact p of the sign-flip test; null below 6 and above 20 pairs. */
  readonly signFlipP: number | null;
  /** Which of the valid pairs, from 1, lie far from the others: named, never left out. */
  readonly outlyingPairs: readonly number[];
  /** The ratio by Hodges and Lehmann's estimate, which an outlying pair hardly moves; null where none is. */
  readonly robustRatio: number | null;
  /** The interval of level 1 - 2α, as ratios, that must lie within the margin for `equivalent`; null below three pairs. */
  readonly equivalence: { readonly low: number; readonly high: number } | null;
  /** The smallest change, as a share, that so many pairs find four times in five; null below three. */
  readonly detectable: number | null;
  /**
   * More pairs that find a change as large as the margin, and settle this one if it stays as it is; null unless the
   * verdict is inconclusive, and when it takes more than 1000.
   */
  readonly pairsNeeded: number | null;
}

/** One cell of a session. */
export interface PairedCell extends CellComparison {
  readonly metrics: Readonly<Partial<Record<ComparedKey, PairedMetricComparison>>>;
  /** Key of the metric that equality is asked of: the declared one, or what comes nearest; null when nothing is measured. */
  readonly primary: ComparedKey | null;
  /** Why no verdict is given here. */
  readonly invalid: readonly Invalidity[];
  readonly answers: AnswerDrift | null;
  readonly server: readonly ServerSideRow[];
  /** Replayed against recorded; empty where the recorded times are not known. */
  readonly recorded: {
    readonly baseline: readonly RecordedTiming[];
    readonly candidate: readonly RecordedTiming[];
  };
}

/** A whole session of pairs: what `ab --json` prints, with a sentence beside each note. */
export interface PairedComparison extends Omit<Comparison, 'conclusion'> {
  readonly conclusion: SessionConclusion;
  readonly cells: readonly PairedCell[];
  /** The metric that the session was declared to be about. */
  readonly primary: PrimaryKey;
  readonly margins: Margins;
  /** Null when no look is due: the figures are an estimate then and no verdict. */
  readonly look: Look | null;
  /** Of the intervals: 0.95, or 1 - alpha at a look of a sequential session. */
  readonly level: number;
  /** What differs between the servers by their own words. */
  readonly changes: readonly ServerDifference[];
}
