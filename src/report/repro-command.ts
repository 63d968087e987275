import type { RunSettings } from '../model/run.ts';

/** Control and format characters: they could steer a terminal, or end a line. */
const STEERING = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** Commands that make runs; nothing else made those of an honest tape. */
const MAKERS: ReadonlySet<string> = new Set(['replay', 'ab', 'aa', 'wrk', 'demo', 'peak']);
/** Options that run a program, or write a file. */
const ACTING = /^--(server-command|switch|script|out|force|html|markdown)(=|$)/;

/**
 * The commands that repeat some runs, each once, as they were given. Values of headers are not stored with a run, so a
 * command that needs a key has to be given one again. The tape may be a stranger's: a command that would run a program or
 * write a file is a comment, after one that says so.
 */
export function reproCommands(
  runs: readonly { readonly settings: Pick<RunSettings, 'commandLine'> }[],
): readonly string[] {
  return [...new Set(runs.map(({ settings }) => reproCommand(settings.commandLine)))];
}

function reproCommand(words: readonly string[]): string {
  const command = ['reprise', ...words].map(shellWord).join(' ');
  const [verb = ''] = words;
  const acting = MAKERS.has(verb) ? words.find((word) => ACTING.test(word)) : verb;
  if (acting === undefined) return command;
  const what = shellWord(acting.split('=', 1)[0] ?? '');
  // A quoted word may have a line end, which would end the comment.
  return `# from the tape, with ${what}: read it before you run it\n# ${command.replaceAll('\n', '\n# ')}`;
}

/**
 * A word as every POSIX shell reads it back; quoted only where it must be. `$'…'` is not known to all of them, so what
 * could steer a terminal is left to `printf`, in octal; a command substitution drops line ends at its end, so these are
 * put behind it as they are.
 */
function shellWord(word: string): string {
  if (STEERING.test(word)) {
    const [ends = ''] = /\n*$/.exec(word) ?? [];
    const octal = [...Buffer.from(word.slice(0, word.length - ends.length))].map(octalByte).join('');
    return `"$(printf '${octal}')"${ends === '' ? '' : `'${ends}'`}`;
  }
  return /^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** As printf's format takes it, with nothing in it that a shell or printf reads otherwise. */
function octalByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[\w./:,]/.test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`;
}
