import { combineVerdicts, judgeFamily, type Verdict } from '../judge.ts';
import type { Arm } from '../session/arm-run.ts';
import { meanOf } from '../statistics/averages.ts';
import { type Difference, interval, pairedDifference } from '../statistics/difference.ts';
import { bracketOf, type SearchRules, type Visit } from './search.ts';
import type { Block } from './trial.ts';

/** A block of each server at one load, one right after the other. */
export interface PairOfBlocks {
  /** Of the load in the grid. */
  readonly index: number;
  readonly baseline: Block;
  readonly candidate: Block;
}

/** Pairs that a load needs before its difference is judged. */
export const PAIRS_AT_LOAD = 8;

/** How the servers differ at one load. */
export interface PairedLoad {
  readonly load: number;
  readonly pairs: number;
  /** Mean good shares. */
  readonly baseline: number;
  readonly candidate: number;
  /** candidate - baseline, in shares of 1, with its interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly verdict: Verdict;
}

/** What the pairs say: by the loads at which the baseline is on the edge. */
export interface PairedPeak {
  readonly verdict: Verdict;
  readonly loads: readonly PairedLoad[];
}

/**
 * The two loads at which servers are compared: the highest that the baseline carries, where a worse candidate fails, and
 * the lowest that it does not, where a better one passes.
 */
export function pairedLoads(baseline: readonly Visit[], { loads }: SearchRules): readonly number[] {
  const { passes, fails } = bracketOf(baseline, loads.length);
  return [passes, fails].filter((index) => loads[index] !== undefined);
}

/**
 * Judges the pairs at those loads as one family (Holm 1979), each by its mean difference (Student 1908). A difference
 * below the share of requests that may be bad does not matter.
 * @param confidence of the family, e.g. 0.95
 */
export function judgePairs(
  pairs: readonly PairOfBlocks[],
  compared: readonly number[],
  { loads, trial }: SearchRules,
  confidence: number,
): PairedPeak {
  const found = compared.flatMap((index) => {
    const here = pairs.filter((pair) => pair.index === index);
    return here.length < PAIRS_AT_LOAD ? [] : [{ load: loads[index] ?? Number.NaN, ...sharesOf(here) }];
  });
  // Shares differ by a sum, the metrics that the family is made for by a factor.
  const margin = Math.expm1(1 - trial.good);
  const verdicts = judgeFamily(
    found.map(({ difference }) => ({ metric: { better: 'higher' }, difference })),
    { alpha: 1 - confidence, margins: { higher: margin, lower: margin } },
  );
  return {
    verdict: found.length < compared.length ? 'inconclusive' : combineVerdicts(verdicts),
    loads: found.map(({ difference, ...load }, i) => {
      const [low, high] = interval(difference, confidence);
      return { ...load, difference: difference.estimate, low, high, verdict: verdicts[i] ?? 'inconclusive' };
    }),
  };
}

function sharesOf(
  pairs: readonly PairOfBlocks[],
): Pick<PairedLoad, 'pairs' | Arm> & { readonly difference: Difference } {
  const share = ({ good, requests }: Block): number => good / requests;
  return {
    pairs: pairs.length,
    baseline: meanOf(pairs.map(({ baseline }) => share(baseline))),
    candidate: meanOf(pairs.map(({ candidate }) => share(candidate))),
    difference: pairedDifference(pairs.map(({ baseline, candidate }) => share(candidate) - share(baseline))),
  };
}
