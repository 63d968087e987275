import { cellName, type Run } from '../model/run.ts';

/** What of a run decides the command that repeats it. */
type Reproducible = Pick<Run, 'label' | 'target' | 'cell' | 'settings'>;

/** Control and format characters; the shell's own `$'…'` (bash, zsh, POSIX 2024) has codes for them. */
const STEERING = /[\p{Cc}\p{Cf}\u2028\u2029]/u;
const STEERING_ALL = new RegExp(STEERING, 'gu');

/**
 * The commands that repeat some runs: the stored ones as they were given or, of tapes that do not have them, one for each
 * label and setting. Values of headers are not stored with a run, so what needs a key has to be given one again.
 * @param tape the tape's file
 */
export function reproCommands(tape: string, runs: readonly Reproducible[]): readonly string[] {
  const stored = runs.flatMap(({ settings: { commandLine } }) =>
    commandLine.length === 0 ? [] : [['reprise', ...commandLine].map(shellWord).join(' ')],
  );
  const others = runs.filter(({ settings }) => settings.commandLine.length === 0);
  const groups = Map.groupBy(others, ({ label, target, settings }) => {
    const { durationUs, requests, timeoutUs } = settings;
    return JSON.stringify([label, target, durationUs, requests, timeoutUs]);
  });
  const made = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [commandOf(tape, first, group)];
  });
  return [...new Set(stored), ...made];
}

/** Of a tape of the first version, which knew closed loops only. */
function commandOf(
  tape: string,
  { label, target, settings }: Reproducible,
  runs: readonly Reproducible[],
): string {
  const cells = [...Map.groupBy(runs, ({ cell }) => cellName(cell))];
  const repeat = Math.max(...cells.map(([, repeats]) => repeats.length));
  const amount =
    settings.requests === null
      ? ['--duration', timeWord(settings.durationUs ?? 0)]
      : ['--requests', String(settings.requests)];
  return [
    'reprise',
    'replay',
    tape,
    '--target',
    target,
    '--matrix',
    cells.map(([name]) => name).join(','),
    ...amount,
    '--timeout',
    timeWord(settings.timeoutUs),
    '--label',
    label,
    '--repeat',
    String(repeat),
  ]
    .map(shellWord)
    .join(' ');
}

/** As the command line takes it: `60s`, `1500ms`. */
function timeWord(us: number): string {
  return us % 1e6 === 0 ? `${us / 1e6}s` : `${us / 1e3}ms`;
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
