import assert from 'node:assert/strict';
import { type CliOptions, runCli } from './run-cli.ts';

/** Asserts that each command line is refused: one sentence on stderr that matches, nothing on stdout, exit code 1. */
export async function assertRefused(
  cases: readonly (readonly [argv: readonly string[], words: RegExp])[],
  options?: CliOptions,
): Promise<void> {
  for (const [argv, words] of cases) {
    const { code, stdout, stderr } = await runCli(argv, options);
    assert.deepEqual([code, stdout], [1, ''], `${argv.join(' ')}: ${stderr}`);
    assert.match(stderr, /^reprise: [^\n]+\n$/, argv.join(' '));
    assert.match(stderr, words, argv.join(' '));
  }
}
