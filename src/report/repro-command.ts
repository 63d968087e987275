import type { RunSettings } from '../model/run.ts';

/** Control and format characters; the shell's own `$'…'` (bash, zsh, POSIX 2024) has codes for them. */
const STEERING = /[\p{Cc}\p{Cf}\u2028\u2029]/u;
const STEERING_ALL = new RegExp(STEERING, 'gu');

/**
 * The commands that repeat some runs, each once, as they were given. Values of headers are not stored with a run, so a
 * command that needs a key has to be given one again.
 */
export function reproCommands(
  runs: readonly { readonly settings: Pick<RunSettings, 'commandLine'> }[],
): readonly string[] {
  return [
    ...new Set(runs.map(({ settings }) => ['reprise', ...settings.commandLine].map(shellWord).join(' '))),
  ];
}

/** A word as a shell reads it back; quoted only where it must be. What could steer a terminal is written as its code. */
function shellWord(word: string): string {
  if (STEERING.test(word)) {
    const codes = word.replace(/['\\]/g, '\\$&').replace(STEERING_ALL, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return `\\u${code.toString(16).padStart(4, '0')}`;
    });
    return `$'${codes}'`;
  }
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
