import { EXPORT_FORMATS } from '../../formats/writing/table.ts';
import { choice, text } from '../option-values.ts';
import { flag, required, type Values } from '../options.ts';
import { FORCE_OPTION } from '../output-file.ts';

export const EXPORT_OPTIONS = {
  format: required(
    '--format <name>',
    `format of the file: ${EXPORT_FORMATS.join(', ')}`,
    choice(EXPORT_FORMATS),
  ),
  out: required(
    '--out <path>',
    'the file to write; for parquet a new folder, or s3://BUCKET/PREFIX for an object store',
    text,
  ),
  force: FORCE_OPTION,
  json: flag('--json', 'print JSON'),
};

/** What an export reads and writes. */
export interface ExportSettings extends Values<typeof EXPORT_OPTIONS> {
  readonly tape: string;
  /** Credentials and address of an object store. */
  readonly env: NodeJS.ProcessEnv;
}
