import { FORMAT_NAMES } from '../../formats/table.ts';
import { usageError } from '../../model/user-error.ts';
import { defineCommand } from '../command.ts';
import { IMPORT_OPTIONS } from './import-settings.ts';

/** `reprise import` */
export const command = defineCommand({
  description:
    "Imports requests from other tools' files: bodies, batches, gateway logs, traces, wire recordings. The format is " +
    'recognized by the content; files may have any size and be compressed with gzip or zstd; - reads standard input.',
  arguments: [
    [
      '<file...>',
      `files of one of the formats ${FORMAT_NAMES.join(', ')}; or one script of wrk and its words`,
    ],
  ],
  options: IMPORT_OPTIONS,
  examples: [
    'import bodies.jsonl --out recordings/mine.sqlite',
    'import conversation_trace.jsonl --model m --out trace.sqlite',
    'import requests_*.gor.gz --out recordings/gor.sqlite',
    'import traffic.har --format har --limit 1000 --out har.sqlite --json',
    'import azure.csv --model m --out azure.sqlite',
    'import trace.jsonl --model m --text --tokenizer http://127.0.0.1:8000 --out trace.sqlite',
    'import - --out recordings/mine.sqlite < bodies.jsonl',
    'import before-*.json --label before --out results.sqlite',
    'import artifacts/profile_export.jsonl --label after --out results.sqlite --append',
    'import post.lua --out recordings/post.sqlite -- prompts.txt 64',
  ],
  prepare({ arguments: files, values }) {
    const { format, text: asText, ...rest } = values;
    if (asText && rest.tokenizer === null) {
      throw usageError(
        '--text needs the tokenizer of a server',
        'name a running one with --tokenizer http://HOST:PORT',
      );
    }
    if (files.filter((file) => file === '-').length > 1) {
      throw usageError('- is given twice, but there is one standard input', 'give it once');
    }
    const isScript = format === 'wrk' || (format === null && files[0]?.endsWith('.lua') === true);
    const settings = { ...rest, files, format: format === 'wrk' ? null : format };
    if (isScript) return async () => (await import('../wrk/import-script.ts')).importScript(settings);
    return async () => (await import('./import-files.ts')).importFiles(settings);
  },
});
