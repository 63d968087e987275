import type { Command } from 'commander';
import { figuresOfTape } from '../measure/tape-figures.ts';
import { jsonText } from '../report/json.ts';
import { tapeText } from '../report/tape-text.ts';
import { openTape } from '../store/tape-reader.ts';
import { printData } from './terminal.ts';

/** `reprise inspect` */
export function register(program: Command): void {
  program
    .command('inspect')
    .description('Says what is on a tape: captures, exchanges, how they ended, tokens, latencies, runs.')
    .argument('<tape>', 'the tape')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  reprise inspect recordings/demo.sqlite
  reprise inspect recordings/demo.sqlite --json | jq .outcomes`,
    )
    .action(inspect);
}

async function inspect(path: string, options: { readonly json?: true }): Promise<void> {
  const tape = openTape(path);
  try {
    const figures = figuresOfTape(tape.captures(), tape.exchanges(), tape.runs());
    await printData(options.json === true ? jsonText(figures) : tapeText(figures));
  } finally {
    tape.close();
  }
}
