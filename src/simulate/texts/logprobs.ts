import { createRandom } from '../../model/random.ts';
import type { Token } from './prose.ts';
import { tokenText } from './tokens.ts';

/** One entry of a distribution: a token and the natural logarithm of its probability, a 32-bit float. */
export interface TokenProbability {
  readonly id: number;
  readonly text: string;
  readonly logprob: number;
  /** 1 is the most probable. */
  readonly rank: number;
}

/**
 * The distribution a token was drawn from, made up but always the same: the token itself first, then the most probable
 * others, as vLLM lists them.
 * @param top how many others at most
 */
export function distribution(token: Token, position: number, top: number): readonly TokenProbability[] {
  const random = createRandom((token.id * 31 + position) >>> 0);
  const probability = 0.35 + 0.6 * random.uniform(0, 1);
  const entries = [{ id: token.id, text: token.text, logprob: logarithm(probability), rank: 1 }];
  let rest = 1 - probability;
  for (let i = 0; i < top; i++) {
    // Each further one takes a share of what is left, so that they fall and never add up to more than 1.
    const share = rest * random.uniform(0.4, 0.5);
    rest -= share;
    const id = (token.id + 7919 * (i + 1)) % 150_000;
    entries.push({ id, text: tokenText(id), logprob: logarithm(share), rank: i + 2 });
  }
  return entries;
}

function logarithm(probability: number): number {
  return Math.fround(Math.log(probability));
}
