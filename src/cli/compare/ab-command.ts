import type { Command } from 'commander';
import { sessionMarkdown } from '../../report/comparison-session-markdown.ts';
import { sessionText } from '../../report/comparison-session-text.ts';
import { jsonText, sessionDocument } from '../../report/json.ts';
import { oneOf } from '../option-values.ts';
import { addPairOptions } from './pair-options.ts';
import { type AbOptions, abSettings } from './pair-settings.ts';
import { exitOf, INCONCLUSIVE_MEANS } from './verdict-exit.ts';

/** `reprise ab` */
export function register(program: Command): void {
  const command = program
    .command('ab')
    .description(
      'Runs two servers, or two settings of one, in turn over the same requests and says whether the candidate is faster ' +
        'or slower than the baseline, and how sure that is. ' +
        'Exit code: 0 faster or equal, 2 slower, 3 not to be told, 4 not to be compared, 1 wrong use.',
    )
    .argument('<tape>', 'the tape with the requests; all runs are written to it')
    .requiredOption('--baseline <url>', "the first server's root, e.g. http://127.0.0.1:8000")
    .option('--candidate <url>', "the second server's root; with --switch the baseline's unless given")
    .option('--sequential <looks>', 'end early where it can be told: looks at so many pairs, e.g. 6,10,16')
    .option(
      '--inconclusive <as>',
      'what a pipeline is to make of "cannot be told": fail (3) or pass (0)',
      'fail',
    );
  addPairOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  reprise ab recordings/monday.sqlite --baseline http://127.0.0.1:8000 --candidate http://127.0.0.1:8001
  reprise ab recordings/monday.sqlite --baseline http://127.0.0.1:8000 --switch './restart.sh {arm}' --connections 20,100
  reprise ab recordings/monday.sqlite --baseline http://a:8000 --candidate http://b:8000 --sequential 6,10,16 --primary ttft
  reprise ab recordings/monday.sqlite --baseline http://a:8000 --candidate http://b:8000 --markdown summary.md --html summary.html --inconclusive pass`,
    )
    .action(ab);
}

async function ab(path: string, options: AbOptions): Promise<void> {
  const settings = abSettings(options, process.env);
  const inconclusive = oneOf('--inconclusive', options.inconclusive, INCONCLUSIVE_MEANS);
  // What sends is loaded only now: help, and a word that cannot be meant, are answered at once.
  const { runSession } = await import('./run-session.ts');
  await runSession(
    path,
    settings,
    { baseline: 'baseline', candidate: 'candidate' },
    {
      text: ({ comparison }) => sessionText(comparison, settings.language),
      json: ({ comparison }) => jsonText(sessionDocument(comparison)),
      markdown: ({ comparison }) => sessionMarkdown(comparison, settings.language),
      exit: ({ comparison }) => exitOf(comparison.verdict, inconclusive),
    },
  );
}
