import { globSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';

const TESTS = fileURLToPath(new URL('..', import.meta.url));

/** How much nicer a process that computes is than those that wait for commands that they start, or measure time. */
const NICER = 5;

/** Folders whose code speaks HTTP: their tests take as long as those of all folders that compute. */
export const TRAFFIC = ['deploy', 'objects', 'record', 'replay', 'serve', 'simulate'] as const;

/** Lets other processes go first: for tests that compute, and measure no time. */
export function yieldToOthers(): void {
  setPriority(Math.min(getPriority() + NICER, 19));
}

/**
 * Imports test files, so that they share this process: starting a process takes longer than most of them run. Files called
 * `*.apart.test.ts` start commands and wait for them: they have their own processes, which run side by side.
 * @param folders patterns below `test/`
 */
export async function importTests(...folders: readonly string[]): Promise<void> {
  const files = folders.flatMap((folder) => globSync(`${folder}/*.test.ts`, { cwd: TESTS }));
  for (const file of files.sort()) {
    if (!file.endsWith('.apart.test.ts')) await import(`../${file}`);
  }
}
