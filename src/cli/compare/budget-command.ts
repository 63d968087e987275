import type { Command } from 'commander';
import { MARGIN } from '../../compare/metrics.ts';
import { judgeSession } from '../../compare/session/judge-session.ts';
import { PRIMARY_KEYS } from '../../compare/session/paired-metrics.ts';
import { sessionBudget } from '../../compare/session/session-budget.ts';
import { UserError } from '../../model/user-error.ts';
import { budgetMarkdown } from '../../report/comparison-session-markdown.ts';
import { budgetText } from '../../report/comparison-session-text.ts';
import { budgetDocuments, jsonText } from '../../report/json.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { openTape } from '../../store/tape-reader.ts';
import { oneOf } from '../option-values.ts';
import { printData } from '../terminal/terminal.ts';
import { addComparisonOptions, type ComparisonOptions, comparisonFormat } from './comparison-options.ts';
import { lastSession, readPairs } from './read-pairs.ts';

interface BudgetOptions extends ComparisonOptions {
  readonly primary: string;
}

/** `reprise budget` */
export function register(program: Command): void {
  const command = program
    .command('budget')
    .description(
      'Says from the noise of pairs that were made (reprise aa, reprise ab) how many pairs, and how long, it takes to ' +
        'see a change of 2, 3, 5 or 10 %.',
    )
    .argument('<tape>', 'the tape that holds the runs')
    .argument('[baseline]', "a label of the session's runs; the last session's unless given")
    .argument('[candidate]', 'the other label')
    .option(
      '--primary <metric>',
      `a metric that is to decide beside the usual: ${PRIMARY_KEYS.join(', ')}`,
      'tpot',
    );
  addComparisonOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  reprise budget recordings/monday.sqlite
  reprise budget recordings/monday.sqlite aa-a aa-b --json`,
    )
    .action(budget);
}

async function budget(
  path: string,
  baseline: string | undefined,
  candidate: string | undefined,
  options: BudgetOptions,
): Promise<void> {
  const { format, language } = comparisonFormat(options);
  const primary = oneOf('--primary', options.primary, PRIMARY_KEYS);
  if (baseline !== undefined && candidate === undefined) {
    throw new UserError(`${baseline} is one label: give both of a session, or none for the last`);
  }
  const tape = openTape(path);
  try {
    const [first, second] =
      baseline === undefined || candidate === undefined ? lastSession(tape.runs()) : [baseline, candidate];
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
      text: () => budgetText(metrics, language),
      markdown: () => budgetMarkdown(metrics, language),
      json: () =>
        jsonText({ baseline: first, candidate: second, pairSeconds, metrics: budgetDocuments(metrics) }),
    }[format];
    await printData(render());
  } finally {
    tape.close();
  }
}
