import { MARGIN, PRIMARY_KEYS } from '../../compare/compared-metrics.ts';
import { sessionBudget } from '../../compare/session/budget.ts';
import { judgeSession } from '../../compare/session/judge-session.ts';
import { UserError } from '../../model/user-error.ts';
import { budgetMarkdown } from '../../report/comparison-session-markdown.ts';
import { budgetText } from '../../report/comparison-session-text.ts';
import { budgetDocuments, jsonText } from '../../report/json.ts';
import type { Language } from '../../report/messages/languages.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { openTape } from '../../store/tape-reader.ts';
import { type CommandResult, defineCommand } from '../command.ts';
import { choice } from '../option-values.ts';
import { value } from '../options.ts';
import { COMPARISON_OPTIONS } from './comparison-options.ts';
import type { PerArm } from './pair-settings.ts';
import { lastSession, readPairs } from './read-pairs.ts';

/** `reprise budget` */
export const command = defineCommand({
  description:
    'Estimates from the noise of pairs that were made (reprise aa, reprise ab) how many pairs, and how much time, it ' +
    'takes to detect a change of 2, 3, 5 or 10 %.',
  arguments: [
    ['<tape>', 'the tape with the runs'],
    ['[baseline]', 'a label of its runs (default: those of the latest A/B test)'],
    ['[candidate]', 'the other label'],
  ],
  options: {
    primary: value(
      '--primary <metric>',
      `primary metric: ${PRIMARY_KEYS.join(', ')}`,
      choice(PRIMARY_KEYS),
      'tpot',
    ),
    ...COMPARISON_OPTIONS,
  },
  examples: ['budget recordings/monday.sqlite', 'budget recordings/monday.sqlite aa-a aa-b --json'],
  prepare({ arguments: [path = '', baseline, candidate], values }) {
    if (baseline !== undefined && candidate === undefined) {
      throw new UserError(`${baseline} is one label`, {
        kind: 'usage',
        remedy: 'give two labels, or none to use the latest A/B test',
      });
    }
    const labels = baseline === undefined || candidate === undefined ? null : { baseline, candidate };
    return async () => budget(path, labels, values);
  },
});

interface BudgetOptions {
  readonly primary: (typeof PRIMARY_KEYS)[number];
  readonly format: 'text' | 'markdown' | 'json';
  readonly lang: Language;
  readonly json: boolean;
}

function budget(path: string, labels: PerArm<string> | null, options: BudgetOptions): CommandResult {
  const { primary, lang } = options;
  const tape = openTape(path);
  try {
    const [first, second] = labels === null ? lastSession(tape.runs()) : [labels.baseline, labels.candidate];
    const { cells, pairSeconds } = readPairs(tape, first, second);
    const pilot = judgeSession(
      { baseline: first, candidate: second },
      { cells, ended: true },
      {
        looks: [Math.max(...cells.map(({ pairs }) => pairs.length))],
        primary,
        margins: MARGIN,
        restartsPlanned: true,
        accepted: [],
      },
    );
    const metrics = sessionBudget(pilot, pairSeconds);
    if (metrics.length === 0)
      throw new UserError(
        `${first} and ${second} give no budget: ${messagesOf('en').sessionConclusion(pilot.conclusion)}`,
      );
    const render = {
      text: () => budgetText(metrics, lang),
      markdown: () => budgetMarkdown(metrics, lang),
      json: () =>
        jsonText({ baseline: first, candidate: second, pairSeconds, metrics: budgetDocuments(metrics) }),
    }[options.json ? 'json' : options.format];
    return { data: render() };
  } finally {
    tape.close();
  }
}
