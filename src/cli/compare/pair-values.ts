import { FEWEST_PAIRS } from '../../compare/statistics/power.ts';
import { count, invalid, runLabel } from '../option-values.ts';

/** Parsers of the options of an A/B test; failures as in `option-values`. */

/** `before,after`: a label for each arm. */
export function runLabels(
  option: string,
  text: string,
): { readonly baseline: string; readonly candidate: string } {
  const [baseline, candidate, ...more] = text.split(',').map((label) => runLabel(option, label.trim()));
  if (baseline === undefined || candidate === undefined || more.length > 0 || baseline === candidate) {
    throw invalid(option, text, 'are not two labels', `write for example ${option} before,after`);
  }
  return { baseline, candidate };
}

/** `6,10,16`: numbers of pairs that rise. */
export function risingPairs(option: string, text: string): readonly number[] {
  const pairs = text.split(',').map((part) => count(option, part.trim(), FEWEST_PAIRS));
  if (pairs.every((n, i) => i === 0 || n > (pairs[i - 1] ?? 0))) return pairs;
  throw invalid(
    option,
    text,
    'does not rise',
    'write the pairs at each interim analysis, for example 6,10,16',
  );
}
