import { meanOf } from '../statistics/averages.ts';
import { studentQuantile } from '../statistics/distributions.ts';

/** One stretch of load after the ramp. The requests of a block share their batches: the block is the replicate. */
export interface Block {
  /** Requests that were due in it. */
  readonly requests: number;
  /** Those that were answered within every limit. */
  readonly good: number;
  /** In-flight requests or the server's queue grew, or completions fell behind: the server cannot sustain the load. */
  readonly overloaded: boolean;
}

/** What one visit to a load found. `undecided`: its blocks were used up. */
export type Decision = 'pass' | 'fail' | 'undecided';

/** By what a visit decides; fixed before the search. */
export interface TrialRules {
  /** The share of good requests that the server must reach, e.g. 0.99. */
  readonly good: number;
  /** Shares closer to `good` than this may be decided either way. */
  readonly indifference: number;
  /** Blocks after which a visit may decide, rising; the last ends it. */
  readonly looks: readonly number[];
  /** Chance of a wrong decision in one visit: what the search may err, divided by the visits it can make. */
  readonly error: number;
}

/** The blocks' mean share with the interval by which one look decides. */
export interface Goodput {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A binomial spread at the limit counts as this many degrees of freedom: few blocks that happen to agree (often all of
 * them are perfect) would otherwise show no spread at all.
 */
const PRIOR_BLOCKS = 4;

/**
 * The interval of one look: mean ± t · s ÷ √blocks, with a variance that is shrunk towards the binomial one of a block
 * whose share is just `good` (Smyth 2004, the moderated t).
 * @param error chance that the true mean lies beyond one given end
 */
export function goodputOf(blocks: readonly Block[], good: number, error: number): Goodput {
  const shares = blocks.map((block) => block.good / block.requests);
  const mean = meanOf(shares);
  const binomial = (good * (1 - good)) / meanOf(blocks.map(({ requests }) => requests));
  const squares = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0);
  const df = PRIOR_BLOCKS + blocks.length - 1;
  const variance = (PRIOR_BLOCKS * binomial + squares) / df;
  const half = studentQuantile(1 - error, df) * Math.sqrt(variance / blocks.length);
  return { mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
}

/**
 * Looks at the blocks of a visit: null asks for another block. A group-sequential test (Jennison and Turnbull 1999) whose
 * looks share the visit's error equally; the first look that decides counts. An overloaded block ends the visit.
 */
export function decide(blocks: readonly Block[], rules: TrialRules): Decision | null {
  if (blocks.some(({ overloaded }) => overloaded)) return 'fail';
  const { looks, good, indifference } = rules;
  for (const look of looks.filter((at) => at <= blocks.length)) {
    const { mean, low, high } = goodputOf(blocks.slice(0, look), good, rules.error / looks.length);
    if (mean >= good && low > good - indifference) return 'pass';
    if (mean < good && high < good + indifference) return 'fail';
  }
  return blocks.length >= (looks.at(-1) ?? 0) ? 'undecided' : null;
}
