import { defineCommand } from '../command.ts';
import { AB_OPTIONS } from './pair-options.ts';
import { abSettings } from './pair-settings.ts';
import { exitOf } from './verdict-exit.ts';

/** `reprise ab` */
export const command = defineCommand({
  description:
    'Compares two servers, or two settings of one (--switch), in alternating runs over the same requests, and says with ' +
    'a confidence interval whether the candidate is faster or slower. ' +
    'Exit code: 0 faster or equal, 1 usage error, 2 slower, 3 inconclusive, 4 not comparable.',
  arguments: [['<tape>', 'the tape with the requests; all runs are stored on it']],
  options: AB_OPTIONS,
  examples: [
    'ab recordings/monday.sqlite --baseline http://127.0.0.1:8000 --candidate http://127.0.0.1:8001',
    "ab recordings/monday.sqlite --baseline http://127.0.0.1:8000 --switch './restart.sh {arm}' --connections 20,100",
    'ab recordings/monday.sqlite --baseline http://a:8000 --candidate http://b:8000 --sequential 6,10,16 --primary ttft',
    'ab recordings/monday.sqlite --baseline http://a:8000 --candidate http://b:8000 --markdown summary.md --html summary.html --inconclusive pass',
  ],
  prepare(input) {
    const [tape = ''] = input.arguments;
    const settings = abSettings(input);
    const { inconclusive } = input.values;
    // What sends is loaded only now, so that help and mistakes are answered at once.
    return async () => {
      const { runSession } = await import('./run-session.ts');
      return runSession(tape, settings, {
        labels: { baseline: 'baseline', candidate: 'candidate' },
        withBudget: false,
        exit: ({ verdict }) => exitOf(verdict, inconclusive),
      });
    };
  },
});
