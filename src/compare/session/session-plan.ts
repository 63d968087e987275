import { isSpoiledByClient } from '../../measure/invalid-reasons.ts';
import type { Margins, PrimaryKey } from '../compared-metrics.ts';
import { lookLevels } from '../statistics/error-control.ts';
import type { Arm, Pair } from './arm-run.ts';
import type { Check } from './invalidity.ts';

/** What is declared before the first pair is made. */
export interface SessionRules {
  /** Pairs at which a verdict may be given, rising; one for a session of fixed length. */
  readonly looks: readonly number[];
  /** What the session is about: its sentence, and whether the arms count as equal. */
  readonly primary: PrimaryKey;
  readonly margins: Margins;
  /** Servers are restarted between runs, to switch one machine from arm to arm. */
  readonly restartsPlanned: boolean;
  /** Both arms are one server with one setting, so that all differences are noise. */
  readonly sameServer: boolean;
  /** Pairs beside which the control request moved are left out. */
  readonly control: boolean;
  /** Checks whose findings are shown but forbid nothing. */
  readonly accepted: readonly Check[];
}

/** A look at the data that may give a verdict. */
export interface Look {
  /** Counts from 1. */
  readonly number: number;
  /** Looks planned. */
  readonly of: number;
  /** Valid pairs in the cell that has the fewest. */
  readonly pairs: number;
  /** The family's chance of a false alarm at this look. */
  readonly alpha: number;
}

/**
 * The interim look that is due, or null: a verdict at any other moment would be peeking, and peeking at every pair raises a
 * false alarm in one session of five.
 * @param looks pairs at each planned look, rising; one for a session of fixed length
 * @param ended the session made all pairs it planned; where some were not valid, its last look comes with fewer
 */
export function dueLook(looks: readonly number[], pairs: number, ended: boolean, alpha: number): Look | null {
  const passed = looks.filter((at) => at <= pairs).length;
  const planned = looks.includes(pairs);
  if (!planned && !ended) return null;
  const number = planned ? passed : Math.min(passed + 1, looks.length);
  const level = lookLevels(looks, alpha)[number - 1];
  return level === undefined ? null : { number, of: looks.length, pairs, alpha: level };
}

/**
 * Which arm runs first in each pair: A B, B A, A B, …, so that runs read A B B A A B B A. A drift of the machine that is
 * linear in time then adds to one pair what it takes from the next. An even seed starts with the baseline.
 */
export function pairOrder(pairs: number, seed: number): readonly Arm[] {
  return Array.from({ length: pairs }, (_, i) => ((i + seed) % 2 === 0 ? 'baseline' : 'candidate'));
}

/** Decides of each pair that was made whether it is made again. */
export type SparePairs = (pair: Pair) => boolean;

/**
 * A pair is made again where the load generator alone has spoiled it, up to half as many as are planned. No figure of a
 * server decides it: choosing pairs by what they show would choose the verdict.
 * @param planned pairs of all cells
 */
export function sparePairs(planned: number): SparePairs {
  let left = Math.floor(planned / 2);
  return ({ baseline, candidate }) => {
    const reasons = [baseline, candidate].flatMap(({ summary }) => summary.invalidReasons);
    if (left === 0 || !isSpoiledByClient(reasons)) return false;
    left -= 1;
    return true;
  };
}
