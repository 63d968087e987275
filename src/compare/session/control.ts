import type { ComparisonNote } from '../comparison-note.ts';
import { median } from '../statistics/averages.ts';
import type { Arm, Pair } from './arm-run.ts';
import { ARM_NAMES } from './cell-checks.ts';

/**
 * How far the control request of a run may be from the median of its arm, as a share: what a drift may be before it forbids a
 * verdict.
 */
const CONTROL_LIMIT = 0.1;

/** Fewer values of an arm have no median that a single one could be compared with. */
const FEWEST_VALUES = 3;

/** The control request of a run beside what is usual in its arm. */
interface ControlMove {
  /** Counts from 1. */
  readonly pair: number;
  readonly arm: Arm;
  /** This run's ÷ the median of the arm. */
  readonly ratio: number;
}

/** What the control requests say of the pairs of a cell. */
export interface ControlResult {
  /** Indexes of pairs that prove nothing. */
  readonly moved: ReadonlySet<number>;
  readonly notes: readonly ComparisonNote[];
}

/**
 * Beside every run a fixed small request was timed on the idle server. Where it took more than 10 % longer or shorter than the
 * median of its arm, the machine or the way to it was in another state, and the pair proves nothing. A candidate that
 * is slower throughout moves its median with it, and no pair is left out for that.
 */
export function checkControl(pairs: readonly Pair[]): ControlResult {
  const moves = ARM_NAMES.flatMap((arm) => movesOf(pairs, arm));
  const far = moves.filter(({ ratio }) => Math.abs(Math.log(ratio)) > Math.log1p(CONTROL_LIMIT));
  const moved = far.toSorted((a, b) => a.pair - b.pair);
  const most = Math.max(1, ...moves.map(({ ratio }) => Math.max(ratio, 1 / ratio))) - 1;
  const missing = pairs.flatMap((pair, k) =>
    ARM_NAMES.some((arm) => pair[arm].controlMs === null) ? [k + 1] : [],
  );
  return {
    moved: new Set(far.map(({ pair }) => pair - 1)),
    notes: [
      ...(moved.length > 0 ? [{ kind: 'controlMoved', moved, limit: CONTROL_LIMIT } as const] : []),
      ...(moved.length === 0 && moves.length > 0
        ? [{ kind: 'controlSteady', most, limit: CONTROL_LIMIT } as const]
        : []),
      ...(missing.length > 0 ? [{ kind: 'controlMissing', pairs: missing } as const] : []),
    ],
  };
}

function movesOf(pairs: readonly Pair[], arm: Arm): readonly ControlMove[] {
  const values = pairs.flatMap((pair, k) => {
    const ms = pair[arm].controlMs;
    return ms === null ? [] : [{ pair: k + 1, ms }];
  });
  if (values.length < FEWEST_VALUES) return [];
  const usual = median(values.map(({ ms }) => ms));
  return values.map(({ pair, ms }) => ({ pair, arm, ratio: ms / usual }));
}
