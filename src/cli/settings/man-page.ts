import type { Command } from '../command.ts';
import { helpLine, takesValue } from '../options.ts';
import { SETTINGS_OPTIONS, variableOf } from './sources.ts';

/** What all pages have in their head and foot. */
export interface Edition {
  readonly version: string;
  /** Commands with their lines of the program's help. */
  readonly commands: Readonly<Record<string, { readonly summary: string }>>;
}

/** The manual page of a command, in the macros of man(7), from what its help is made of. */
export function commandPage(name: string, command: Command, { version, commands }: Edition): string {
  const all = Object.values({ ...command.options, ...SETTINGS_OPTIONS });
  const groups = [...new Set(all.map(({ group }) => group ?? 'Options:'))];
  const operands = command.arguments.map(([argument]) => argument);
  return [
    head(`reprise-${name}`, version, commands[name]?.summary ?? command.description),
    '.SH SYNOPSIS',
    `.B reprise ${name}`,
    `[\\fIOPTIONS\\fR] ${operands.map((argument) => `\\fI${roff(bare(argument))}\\fR`).join(' ')}`.trimEnd(),
    '.SH DESCRIPTION',
    line(command.description),
    ...command.arguments.flatMap(([argument, help]) => [
      '.TP',
      `\\fI${roff(bare(argument))}\\fR`,
      line(help),
    ]),
    ...groups.flatMap((heading) => [
      `.SH ${heading.replace(/:$/, '').toUpperCase()}`,
      ...all
        .filter(({ group }) => (group ?? 'Options:') === heading)
        .flatMap((option) =>
          option.flags.flatMap(({ flag, help }) => ['.TP', `.B ${roff(flag)}`, line(helpLine(option, help))]),
        ),
    ]),
    '.SH ENVIRONMENT',
    'An option that is not given is read from its variable, and then from the file of',
    '.BR \\-\\-config .',
    ...all
      .filter((option) => option !== SETTINGS_OPTIONS.printConfig)
      .flatMap((option) => [
        '.TP',
        `.B ${roff(variableOf(option))}`,
        line(`${option.flags[0]?.flag ?? ''}${takesValue(option) ? '' : ', true or false'}`),
      ]),
    '.SH EXAMPLES',
    ...command.examples.flatMap((example) => ['.PP', '.nf', line(`reprise ${example}`), '.fi']),
    '.SH SEE ALSO',
    '.BR reprise (1)',
    '',
  ].join('\n');
}

/** The manual page of the program: its commands. */
export function programPage(summary: string, { version, commands }: Edition): string {
  return [
    head('reprise', version, summary),
    '.SH SYNOPSIS',
    '.B reprise',
    '\\fICOMMAND\\fR [\\fIOPTIONS\\fR]',
    '.SH COMMANDS',
    ...Object.entries(commands).flatMap(([name, command]) => [
      '.TP',
      `.BR reprise\\-${roff(name)} (1)`,
      line(command.summary),
    ]),
    '',
  ].join('\n');
}

function head(name: string, version: string, summary: string): string {
  return `.TH ${roff(name).toUpperCase()} 1 "" "reprise ${version}"\n.SH NAME\n${roff(name)} \\- ${roff(summary)}`;
}

/** `TAPE...` of `<tape...>`. */
function bare(argument: string): string {
  return argument.replace(/[<>]/g, '').toUpperCase();
}

/** A line of running text; roff reads one that begins with a control character as a request. */
function line(text: string): string {
  const safe = roff(text);
  return /^[.']/.test(safe) ? `\\&${safe}` : safe;
}

function roff(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq');
}
