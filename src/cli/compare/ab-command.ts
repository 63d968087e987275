import { defineCommand } from '../command.ts';
import { exitOf } from './comparison-output.ts';
import { AA_OPTIONS, AB_OPTIONS } from './pair-options.ts';
import { aaSettings, abSettings } from './pair-settings.ts';

/** `reprise ab` */
export const ab = defineCommand({
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

/** `reprise aa` */
export const aa = defineCommand({
  description:
    'Compares a server with itself, in the pairs that ab would run: all differences are noise. Shows how large it is, ' +
    'the smallest change that this number of pairs can detect, and the pairs needed for 2, 3, 5 or 10 %. ' +
    'Exit code: 0, 1 usage error, 2 the server seems slower than itself, 4 not comparable.',
  arguments: [['<tape>', 'the tape with the requests; all runs are stored on it']],
  options: AA_OPTIONS,
  examples: [
    'aa recordings/monday.sqlite --target http://127.0.0.1:8000',
    'aa recordings/monday.sqlite --target http://127.0.0.1:8000 --pairs 10 --connections 20,100 --json',
  ],
  prepare(input) {
    const [tape = ''] = input.arguments;
    const settings = aaSettings(input);
    return async () => {
      const { runSession } = await import('./run-session.ts');
      return runSession(tape, settings, {
        labels: { baseline: 'aa-a', candidate: 'aa-b' },
        withBudget: true,
        exit: ({ verdict }) => exitOf(verdict, 'pass'),
      });
    };
  },
});
