import { globSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';

const TESTS = fileURLToPath(new URL('..', import.meta.url));

/** Steps that this process is nicer than the others: while it computes, they wait for commands that they start. */
const NICER = 5;

/**
 * Imports test files, so that they share this process: starting a process takes longer than most of them run. Files called
 * `*.apart.test.ts` start commands and wait for them: they have their own processes, which run side by side.
 * @param folders patterns below `test/`
 */
export async function importTests(...folders: readonly string[]): Promise<void> {
  setPriority(Math.min(getPriority() + NICER, 19));
  const files = folders.flatMap((folder) => globSync(`${folder}/*.test.ts`, { cwd: TESTS }));
  for (const file of files.sort()) {
    if (!file.endsWith('.apart.test.ts')) await import(`../${file}`);
  }
}
