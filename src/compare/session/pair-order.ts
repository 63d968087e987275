import type { Arm } from './arm-run.ts';

/**
 * Which arm runs first in each pair: A B, B A, A B, …, so that runs read A B B A A B B A. A drift of the machine that is
 * linear in time then adds to one pair what it takes from the next. An even seed starts with the baseline.
 */
export function pairOrder(pairs: number, seed: number): readonly Arm[] {
  return Array.from({ length: pairs }, (_, i) => ((i + seed) % 2 === 0 ? 'baseline' : 'candidate'));
}
