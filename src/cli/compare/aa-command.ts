import type { Command } from 'commander';
import type { MetricBudget } from '../../compare/session/budget.ts';
import { sessionBudget } from '../../compare/session/session-budget.ts';
import { budgetMarkdown, sessionMarkdown } from '../../report/comparison-session-markdown.ts';
import { budgetText, sessionText } from '../../report/comparison-session-text.ts';
import { budgetDocuments, jsonText, sessionDocument } from '../../report/json.ts';
import { addPairOptions, type PairOptions } from './pair-options.ts';
import { aaSettings } from './pair-settings.ts';
import type { SessionMade } from './run-session.ts';
import { exitOf } from './verdict-exit.ts';

/** `reprise aa` */
export function register(program: Command): void {
  const command = program
    .command('aa')
    .description(
      'Compares a server with itself, by the pairs that ab would make: what differs is noise. Says how large it is, what ' +
        'so many pairs can see, and how many it takes to see 2, 3, 5 or 10 %. ' +
        'Exit code: 0, 2 when the server seems slower than itself, 4 not to be compared, 1 wrong use.',
    )
    .argument('<tape>', 'the tape with the requests; all runs are written to it')
    .requiredOption('--target <url>', "the server's root, e.g. http://127.0.0.1:8000");
  addPairOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  reprise aa recordings/monday.sqlite --target http://127.0.0.1:8000
  reprise aa recordings/monday.sqlite --target http://127.0.0.1:8000 --pairs 10 --connections 20,100 --json`,
    )
    .action(aa);
}

async function aa(path: string, options: PairOptions & { readonly target: string }): Promise<void> {
  const settings = aaSettings(options, process.env);
  const { language } = settings;
  // What sends is loaded only now: help, and a word that cannot be meant, are answered at once.
  const { runSession } = await import('./run-session.ts');
  await runSession(
    path,
    settings,
    { baseline: 'aa-a', candidate: 'aa-b' },
    {
      text: (made) =>
        pages(sessionText(made.comparison, language), made, (found) => budgetText(found, language)),
      json: (made) =>
        jsonText({
          ...sessionDocument(made.comparison),
          pairSeconds: made.pairSeconds,
          budget: budgetDocuments(budget(made)),
        }),
      markdown: (made) =>
        pages(sessionMarkdown(made.comparison, language), made, (found) => budgetMarkdown(found, language)),
      exit: ({ comparison }) => exitOf(comparison.verdict, 'pass'),
    },
  );
}

/** Fewer than three pairs have no noise to speak of. */
function pages(
  session: string,
  made: SessionMade,
  render: (budget: readonly MetricBudget[]) => string,
): string {
  const found = budget(made);
  return found.length === 0 ? session : `${session}\n${render(found)}`;
}

function budget({ comparison, pairSeconds }: SessionMade): readonly MetricBudget[] {
  return sessionBudget(comparison, pairSeconds ?? 0);
}
