import { type ComparedMetric, MARGIN, type Margins } from './compared-metrics.ts';
import type { Verdict } from './comparison.ts';
import { type Difference, interval, pValue } from './statistics/difference.ts';
import { holmRejects } from './statistics/error-control.ts';

/** A metric's difference of logarithms, to be judged. */
export interface Claim {
  readonly metric: Pick<ComparedMetric, 'better'>;
  readonly difference: Difference;
}

export interface Rules {
  /** Chance of even one false alarm in the whole family of gating comparisons. */
  readonly alpha: number;
  readonly margins: Margins;
}

export const RULES: Rules = { alpha: 0.05, margins: MARGIN };

/**
 * Judges claims as one family: which differ is decided by Holm's procedure, how much by the margin, and whether they
 * are equal by two one-sided tests (the interval of level 1 - 2α within the margin; Schuirmann 1987). Element i is
 * claim i's.
 */
export function judgeFamily(claims: readonly Claim[], rules: Rules = RULES): readonly Verdict[] {
  const differs = holmRejects(
    claims.map(({ difference }) => pValue(difference)),
    rules.alpha,
  );
  return claims.map((claim, i) => judge(claim, differs[i] === true, rules));
}

function judge({ metric, difference }: Claim, differs: boolean, { alpha, margins }: Rules): Verdict {
  const margin = Math.log1p(margins[metric.better]);
  if (differs && Math.abs(difference.estimate) >= margin) {
    return difference.estimate > 0 === (metric.better === 'higher') ? 'improvement' : 'regression';
  }
  const [low, high] = interval(difference, 1 - 2 * alpha);
  if (-margin < low && high < margin) return 'equivalent';
  return differs ? 'small' : 'inconclusive';
}

/** The verdict of several together: one regression is enough, equivalence wants all. */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  const any = (...words: readonly Verdict[]): boolean => verdicts.some((v) => words.includes(v));
  if (verdicts.length === 0 || verdicts.every((v) => v === 'invalid')) return 'invalid';
  if (any('regression')) return 'regression';
  if (any('improvement')) return 'improvement';
  if (any('inconclusive', 'invalid')) return 'inconclusive';
  return any('small') ? 'small' : 'equivalent';
}
