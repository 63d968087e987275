import { FORMAT_NAMES, type FormatName } from '../../formats/table.ts';
import { atLeast, baseUrl, choice, runLabel, text } from '../option-values.ts';
import { flag, required, type Values, value } from '../options.ts';

export const IMPORT_OPTIONS = {
  out: required('--out <tape>', 'the tape to write', text),
  append: flag('--append', 'add to an existing tape'),
  format: value('--format <name>', 'read the files as this format', choice([...FORMAT_NAMES, 'wrk'])),
  model: value('--model <name>', 'the model of requests that name none', text),
  text: flag('--text', 'for traces of lengths: make prompts of text instead of token ids, with --tokenizer'),
  tokenizer: value(
    '--tokenizer <url>',
    'base URL of the server whose /tokenize makes prompts as text',
    baseUrl,
  ),
  label: value(
    '--label <label>',
    'name of imported runs for compare and report (default: the tool)',
    runLabel,
  ),
  limit: value('--limit <n>', 'import at most n requests', atLeast(1)),
  json: flag('--json', 'print JSON'),
};

/** What an import reads and writes. */
export interface ImportSettings extends Omit<Values<typeof IMPORT_OPTIONS>, 'text' | 'format'> {
  readonly files: readonly string[];
  /** Null: each file's own, found out by its beginning. */
  readonly format: FormatName | null;
}
