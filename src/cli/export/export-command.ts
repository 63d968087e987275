import { EXPORT_FORMATS } from '../../formats/writing/table.ts';
import { defineCommand } from '../command.ts';
import { choice, text } from '../option-values.ts';
import { flag, required } from '../options.ts';
import { FORCE_OPTION } from '../output-file.ts';

/** `reprise export` */
export const command = defineCommand({
  description:
    'Writes the recorded requests of a tape as a file of another tool. Bodies keep their bytes in the formats that hold them; ' +
    'what a format does not have is printed on stderr.',
  arguments: [['<tape>', 'the tape']],
  options: {
    format: required(
      '--format <name>',
      `format of the file: ${EXPORT_FORMATS.join(', ')}`,
      choice(EXPORT_FORMATS),
    ),
    out: required('--out <path>', 'the file to write; for parquet a new folder', text),
    force: FORCE_OPTION,
    json: flag('--json', 'print JSON'),
  },
  examples: [
    'export recordings/mine.sqlite --format raw --out bodies.jsonl',
    'export recordings/mine.sqlite --format openai-batch --out batch.jsonl',
    'export recordings/mine.sqlite --format mooncake --out trace.jsonl --force',
    'export recordings/mine.sqlite --format vllm-custom --out custom.jsonl',
    'export recordings/mine.sqlite --format sharegpt --out sharegpt.json',
    'export recordings/mine.sqlite --format har --out traffic.har --json',
    'export recordings/mine.sqlite --format parquet --out lake',
  ],
  prepare({ arguments: [tape = ''], values }) {
    return async () => (await import('./export-file.ts')).exportFile({ tape, ...values });
  },
});
