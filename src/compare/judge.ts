import type { Verdict } from './comparison.ts';
import { holmRejects } from './holm.ts';
import { MARGIN, type Metric } from './metrics.ts';
import { type Difference, interval, pValue } from './welch.ts';

/** Chance of even one false alarm in the whole family of gating comparisons. */
const ALPHA = 0.05;

/** A metric's difference of logarithms, to be judged. */
export interface Claim {
  readonly metric: Metric;
  readonly difference: Difference;
}

/**
 * Judges claims as one family: which differ is decided by Holm's procedure, how much by the margin, and whether they
 * are equal by two one-sided tests (the 90 % interval within the margin; Schuirmann 1987). Element i is claim i's.
 */
export function judgeFamily(claims: readonly Claim[]): readonly Verdict[] {
  const differs = holmRejects(
    claims.map(({ difference }) => pValue(difference)),
    ALPHA,
  );
  return claims.map(({ metric, difference }, i) => judge(metric, difference, differs[i] === true));
}

function judge(metric: Metric, difference: Difference, differs: boolean): Verdict {
  const margin = Math.log(1 + MARGIN[metric.better]);
  if (differs && Math.abs(difference.estimate) >= margin) {
    return difference.estimate > 0 === (metric.better === 'higher') ? 'improvement' : 'regression';
  }
  const [low, high] = interval(difference, 0.9);
  const within = -margin < low && high < margin;
  if (differs) return 'small';
  return within ? 'equivalent' : 'inconclusive';
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
