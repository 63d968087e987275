import { defineCommand } from '../command.ts';
import { PEAK_OPTIONS } from './peak-options.ts';
import { peakSettings } from './peak-settings.ts';

/** `reprise peak` */
export const command = defineCommand({
  description:
    'Finds the highest load at which a share of the requests keeps the latency limits: requests per second, connections, or ' +
    'a speed of the recorded arrivals. The answer is an interval with a stated confidence: the server carries its lower end ' +
    'and does not carry its upper end. With --baseline and --candidate it says which of two servers carries more. ' +
    'Exit code: 0 found, 1 usage error, 3 not settled, 4 limited by the load generator, 130 stopped; for two servers as ab.',
  arguments: [['<tape>', 'the tape with the requests; all runs are stored on it']],
  options: PEAK_OPTIONS,
  examples: [
    'peak recordings/monday.sqlite --target http://127.0.0.1:8000 --slo ttft=500ms,itl=50ms',
    'peak recordings/monday.sqlite --target http://127.0.0.1:8000 --slo e2el=10s --axis connections --from 1 --to 256',
    'peak recordings/monday.sqlite --baseline http://a:8000 --candidate http://b:8000 --slo ttft=1s --html peak.html',
  ],
  prepare(input) {
    const [tape = ''] = input.arguments;
    const settings = peakSettings(input);
    return async () => (await import('./run-peak.ts')).runPeak(tape, settings);
  },
});
