import type { Command } from 'commander';
import { LANGUAGES } from '../../report/messages/languages.ts';
import { textPage } from '../../report/text-page.ts';
import { trafficPage } from '../../report/traffic-page.ts';
import { openTape } from '../../store/tape-reader.ts';
import { oneOf } from '../option-values.ts';
import { printData } from '../terminal/terminal.ts';
import { gatherTraffic, trafficJson } from './gather-traffic.ts';

interface InspectOptions {
  readonly lang: string;
  readonly json?: true;
}

/** `reprise inspect` */
export function register(program: Command): void {
  program
    .command('inspect')
    .description(
      'Says what is on a tape: captures, exchanges over time, how they ended, lengths, conversations, latencies, runs.',
    )
    .argument('<tape>', 'the tape')
    .option('--lang <language>', `the language of the text: ${LANGUAGES.join(', ')}`, 'en')
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

async function inspect(path: string, options: InspectOptions): Promise<void> {
  const language = oneOf('--lang', options.lang, LANGUAGES);
  const tape = openTape(path);
  try {
    const report = gatherTraffic(tape, path);
    await printData(options.json === true ? trafficJson(report) : textPage(trafficPage(report, language)));
  } finally {
    tape.close();
  }
}
