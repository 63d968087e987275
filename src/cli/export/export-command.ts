import { type ExportFormat, PARQUET } from '../../formats/writing/table.ts';
import { UserError } from '../../model/user-error.ts';
import { s3Place } from '../../objects/place.ts';
import { defineCommand } from '../command.ts';
import { invalid } from '../option-values.ts';
import { EXPORT_OPTIONS } from './export-settings.ts';

/** @throws UserError where an object store cannot have what is asked for */
function checkStore({ format, out }: { readonly format: ExportFormat; readonly out: string }): void {
  if (format !== PARQUET) {
    throw new UserError(`--out ${out} is an object store, and ${format} is a file`, {
      kind: 'usage',
      remedy: 'write a local file and copy it, or use --format parquet',
    });
  }
  if (s3Place(out) === null) {
    throw invalid('--out', out, 'is not a place in an object store', 'write it as s3://BUCKET/PREFIX');
  }
}

/** `reprise export` */
export const command = defineCommand({
  description:
    'Writes the recorded requests of a tape as a file of another tool. Bodies keep their bytes in the formats that hold them; ' +
    'what a format cannot hold is listed on stderr.',
  arguments: [['<tape>', 'the tape']],
  options: EXPORT_OPTIONS,
  examples: [
    'export recordings/mine.sqlite --format raw --out bodies.jsonl',
    'export recordings/mine.sqlite --format openai-batch --out batch.jsonl',
    'export recordings/mine.sqlite --format mooncake --out trace.jsonl --force',
    'export recordings/mine.sqlite --format vllm-custom --out custom.jsonl',
    'export recordings/mine.sqlite --format sharegpt --out sharegpt.json',
    'export recordings/mine.sqlite --format har --out traffic.har --json',
    'export recordings/mine.sqlite --format parquet --out lake',
    'export recordings/mine.sqlite --format parquet --out s3://lake/2026-11',
  ],
  prepare({ arguments: [tape = ''], values, env }) {
    if (values.out.startsWith('s3://')) checkStore(values);
    return async () => (await import('./export-file.ts')).exportFile({ tape, env, ...values });
  },
});
