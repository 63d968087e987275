import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { CliEnd } from './run-cli.ts';

const ENTRY = fileURLToPath(new URL('./refusals-entry.ts', import.meta.url));

/**
 * Asserts that each command line is refused: one sentence on stderr that matches, nothing on stdout, exit code 1.
 * All of them run in one child process, one after the other: starting one for each would take most of the time.
 */
export async function assertRefused(
  cases: readonly (readonly [argv: readonly string[], words: RegExp])[],
  options: { readonly cwd?: string } = {},
): Promise<void> {
  const child = spawn(process.execPath, [ENTRY, JSON.stringify(cases.map(([argv]) => argv))], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
    ...options,
  });
  const ends = JSON.parse(await text(child.stdout)) as readonly CliEnd[];
  assert.equal(ends.length, cases.length);
  for (const [i, [argv, words]] of cases.entries()) {
    const { code, stdout, stderr } = ends[i] ?? { code: null, stdout: '', stderr: '' };
    assert.deepEqual([code, stdout], [1, ''], `${argv.join(' ')}: ${stderr}`);
    assert.match(stderr, /^reprise: [^\n]+\n$/, argv.join(' '));
    assert.match(stderr, words, argv.join(' '));
  }
}
