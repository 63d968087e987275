import { type CommandResult, prepareCommand } from '../../src/cli/command.ts';
import { command } from '../../src/cli/import/import-command.ts';

/** What `import --json` prints. */
export interface ImportResult {
  readonly format: string;
  readonly exchanges: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly skips: readonly {
    readonly kind: string;
    readonly file: string;
    readonly line: number;
    readonly text: string;
  }[];
  readonly notes: readonly { readonly kind: string; readonly text: string }[];
}

/** Runs `reprise import ARGS` in this process. */
export function runImport(args: readonly string[]): Promise<CommandResult> {
  return prepareCommand('import', command, args, {})();
}

/** Runs `reprise import ARGS --json` and reads what it prints. */
export async function importJson(args: readonly string[]): Promise<ImportResult> {
  const { data = '' } = await runImport([...args, '--json']);
  return JSON.parse(data) as ImportResult;
}
