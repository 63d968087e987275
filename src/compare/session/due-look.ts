import { lookLevels } from '../statistics/error-control.ts';

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
 * The look that is due with so many valid pairs, or null: a verdict at any other moment would be peeking, and peeking at
 * every pair raises a false alarm in one session of five.
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
