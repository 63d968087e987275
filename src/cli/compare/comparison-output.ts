import type { Verdict } from '../../compare/judge.ts';
import { EXIT } from '../../model/user-error.ts';
import { LANG_OPTION } from '../figure-options.ts';
import { choice } from '../option-values.ts';
import { flag, value } from '../options.ts';
import { OUT_OPTIONS } from '../output-file.ts';

/** The exit code for an inconclusive verdict, a closed list. */
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

/** How a budget is written; a comparison also for a step of GitHub Actions: annotations, and a summary on its page. */
const BUDGET_FORMATS = ['text', 'markdown', 'json'] as const;
const COMPARISON_FORMATS = [...BUDGET_FORMATS, 'html', 'github'] as const;

/** How a session is written: Markdown and HTML go to files of their own. */
const SESSION_FORMATS = ['text', 'json', 'github'] as const;

function outputOptions<const T extends string>(formats: readonly T[]) {
  return {
    format: value(
      '--format <format>',
      formats.join(', ').replace(/, (?=[^,]*$)/, ' or '),
      choice(formats),
      'text',
    ),
    lang: LANG_OPTION,
    json: flag('--json', 'the same as --format json'),
  };
}

export const BUDGET_OUTPUT = { ...outputOptions(BUDGET_FORMATS), ...OUT_OPTIONS };
export const COMPARISON_OUTPUT = { ...outputOptions(COMPARISON_FORMATS), ...OUT_OPTIONS };
export const SESSION_OUTPUT = outputOptions(SESSION_FORMATS);
