import type { Verdict } from '../../compare/judge.ts';
import { EXIT } from '../../model/user-error.ts';
import { LANGUAGES } from '../../report/messages/languages.ts';
import { choice } from '../option-values.ts';
import { flag, value } from '../options.ts';

/** What a pipeline is to make of a verdict that is none, a closed list. */
export const INCONCLUSIVE_MEANS = ['fail', 'pass'] as const;

const EXIT_OF: Readonly<Record<Verdict, number>> = {
  regression: EXIT.regression,
  improvement: EXIT.ok,
  equivalent: EXIT.ok,
  small: EXIT.ok,
  inconclusive: EXIT.inconclusive,
  invalid: EXIT.invalid,
};

/** The exit code that a pipeline acts on. */
export function exitOf(verdict: Verdict, inconclusive: (typeof INCONCLUSIVE_MEANS)[number] = 'fail'): number {
  return verdict === 'inconclusive' && inconclusive === 'pass' ? EXIT.ok : EXIT_OF[verdict];
}

/** How a comparison, or a budget made from one, is written. */
const FORMATS = ['text', 'markdown', 'json'] as const;

export const COMPARISON_OPTIONS = {
  format: value(
    '--format <format>',
    `${FORMATS.join(', ').replace(/, (?=[^,]*$)/, ' or ')}`,
    choice(FORMATS),
    'text',
  ),
  lang: value('--lang <language>', `output language: ${LANGUAGES.join(' or ')}`, choice(LANGUAGES), 'en'),
  json: flag('--json', 'the same as --format json'),
};
