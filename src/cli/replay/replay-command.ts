import type { Command } from 'commander';
import { addTrafficOptions } from './replay-options.ts';
import { type ReplayOptions, replaySettings } from './replay-settings.ts';

/** `reprise replay` */
export function register(program: Command): void {
  const command = program
    .command('replay')
    .description(
      "Sends the requests of a tape again, from a fixed number of connections (wrk's threads × connections) or when " +
        'they are due (--open, --rate), and writes every answer with its timing to the same tape.',
    )
    .argument('<tape>', 'the tape')
    .requiredOption('--target <url>', "the server's root, e.g. http://127.0.0.1:8000")
    .option('--label <label>', 'names the runs for compare and report')
    .option('--repeat <n>', 'run the whole matrix this often; a verdict wants 3', '1')
    .option('--dry-run', 'print what would be sent when, and send nothing')
    .option('--json', 'one JSON document');
  addTrafficOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  reprise replay recordings/monday.sqlite --target http://127.0.0.1:8000 --label before --repeat 3
  reprise replay recordings/monday.sqlite --target http://127.0.0.1:8000 --matrix 10x20,100x200 --duration 30s
  reprise replay recordings/monday.sqlite --target https://gpu-2:8000 --requests 1000 --api-key-env VLLM_API_KEY
  reprise replay recordings/monday.sqlite --target http://127.0.0.1:8000 --time-scale 2 --cache salt --slo ttft=500ms
  reprise replay recordings/monday.sqlite --target http://127.0.0.1:8000 --rate 5/s,10/s,20/s --arrivals poisson`,
    )
    .action(replay);
}

async function replay(path: string, options: ReplayOptions): Promise<void> {
  const settings = replaySettings(options, process.env);
  // What sends is loaded only now: help, and a word that cannot be meant, are answered at once.
  if (settings.dryRun) await (await import('./dry-run.ts')).dryRun(path, settings);
  else await (await import('./replay-tape.ts')).replayTape(path, settings);
}
