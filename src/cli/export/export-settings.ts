import type { ExportFormat } from '../../formats/writing/table.ts';

/** What an export reads and writes. */
export interface ExportSettings {
  readonly tape: string;
  readonly format: ExportFormat;
  readonly out: string;
  readonly force: boolean;
  readonly json: boolean;
  /** Credentials and address of an object store. */
  readonly env: NodeJS.ProcessEnv;
}
