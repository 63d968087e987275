import { defineCommand } from '../command.ts';
import { AA_OPTIONS } from './pair-options.ts';
import { aaSettings } from './pair-settings.ts';
import { exitOf } from './verdict-exit.ts';

/** `reprise aa` */
export const command = defineCommand({
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
    // What sends is loaded only now, so that help and mistakes are answered at once.
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
