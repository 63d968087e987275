import type { Command } from '../command.ts';
import { type Option, takesValue } from '../options.ts';
import { SETTINGS_OPTIONS } from './sources.ts';

/** Shells that completion is written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A command with the line that the help has for it. */
export interface Completed {
  readonly summary: string;
  readonly command: Command;
}

/** The completion of a shell, made from the options of all commands: a script that starts no process. */
export function completionScript(
  shell: (typeof SHELLS)[number],
  commands: Readonly<Record<string, Completed>>,
): string {
  return WRITERS[shell](
    Object.entries(commands).map(([name, { summary, command }]) => wordsOf(name, summary, command)),
  );
}

/** An option as a shell completes it. */
interface OptionWords {
  /** `--threads`, `-t`. */
  readonly names: readonly string[];
  readonly help: string;
  readonly takes: 'nothing' | 'file' | 'text' | readonly string[];
  readonly repeatable: boolean;
}

interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** Whether its arguments are files. */
  readonly files: boolean;
}

/** Placeholders of options and arguments that are names of files. */
const FILES = /[<[](file|tape|files|folder|script|part)\b/;

function wordsOf(name: string, summary: string, { options, arguments: operands }: Command): CommandWords {
  const all: readonly Option<unknown>[] = [...Object.values(options), ...Object.values(SETTINGS_OPTIONS)];
  return {
    name,
    summary,
    options: all.flatMap((option) =>
      option.flags.map(({ flag, help }) => ({
        names: flag.split(/[ ,]+/).filter((word) => word.startsWith('-')),
        help,
        takes: takenBy(option, flag),
        repeatable: option.repeatable,
      })),
    ),
    files: operands.some(([operand]) => FILES.test(operand)),
  };
}

function takenBy(option: Option<unknown>, flag: string): OptionWords['takes'] {
  if (!takesValue(option)) return 'nothing';
  return option.choices ?? (FILES.test(flag) ? 'file' : 'text');
}

type Writer = (commands: readonly CommandWords[]) => string;

const WRITERS: Readonly<Record<(typeof SHELLS)[number], Writer>> = { bash, zsh, fish };

function bash(commands: readonly CommandWords[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap(({ names, takes }) => {
      if (takes === 'nothing') return [];
      const pattern = names.map((option) => `'${name} ${option}'`).join('|');
      const reply = {
        file: '_reprise_files',
        text: 'COMPREPLY=()',
      };
      const act =
        typeof takes === 'string'
          ? reply[takes]
          : `COMPREPLY=($(compgen -W '${takes.join(' ')}' -- "$word"))`;
      return [`    ${pattern}) ${act}; return ;;\n`];
    }),
  );
  const words = commands.map(({ name, options, files }) => {
    const flags = options.flatMap(({ names }) => names).join(' ');
    const rest = files ? '[[ $word != -* ]] && _reprise_files || ' : '';
    return `    ${name}) ${rest}COMPREPLY=($(compgen -W '${flags} --help' -- "$word")) ;;\n`;
  });
  const names = commands.map(({ name }) => name).join(' ');
  return `# bash completion of reprise: source <(reprise completion bash)
_reprise_files() {
  # A line a file: names may have spaces and stars.
  local IFS=$'\\n' noglob=\${-//[^f]/}
  set -f
  COMPREPLY=($(compgen -f -- "$word"))
  [[ $noglob ]] || set +f
}
_reprise() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${names} completion help --help --version' -- "$word"))
    return
  fi
  # Bash takes = for a word.
  if [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD-2]}; elif [[ $word == = ]]; then word=; fi
  case "$command $before" in
    'completion completion') COMPREPLY=($(compgen -W '${SHELLS.join(' ')}' -- "$word")); return ;;
    'help help') COMPREPLY=($(compgen -W '${names}' -- "$word")); return ;;
${values.join('')}  esac
  case "$command" in
${words.join('')}  esac
}
complete -o filenames -F _reprise reprise
`;
}

function zsh(commands: readonly CommandWords[]): string {
  const text = (said: string): string => said.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''");
  const option = ({ names, help, takes, repeatable }: OptionWords): readonly string[] =>
    names.map((name) => {
      const kinds = { nothing: '', file: ':file:_files', text: ':value: ' };
      const value = typeof takes === 'string' ? kinds[takes] : `:value:(${takes.join(' ')})`;
      // With = after it, the value may follow in the same word or in the next.
      const joined = takes !== 'nothing' && name.startsWith('--') ? '=' : '';
      return `        '${repeatable ? '*' : ''}${name}${joined}[${text(help)}]${value}' \\\n`;
    });
  const cases = commands.map(
    ({ name, options, files }) =>
      `      ${name})\n        _arguments -s \\\n${options.flatMap(option).join('')}        '--help[show this help]'${files ? " \\\n        '*:file:_files'" : ''} ;;\n`,
  );
  const names = commands.map(({ name, summary }) => `    '${name}:${text(summary)}'\n`);
  return `#compdef reprise
# zsh completion of reprise: source <(reprise completion zsh), or save it as _reprise in a folder of $fpath
_reprise() {
  local -a commands=(
${names.join('')}    'completion:print a completion script' 'help:help of a command'
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT -= 1))
  case $command in
      completion) _values shell ${SHELLS.join(' ')} ;;
      help) _describe command commands ;;
${cases.join('')}  esac
}
compdef _reprise reprise
`;
}

function fish(commands: readonly CommandWords[]): string {
  const quoted = (said: string): string => `'${said.replace(/[\\']/g, '\\$&')}'`;
  const flagOf = (name: string): string =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
  const lines = commands.flatMap(({ name, summary, options, files }) => {
    const inside = `complete -c reprise -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c reprise -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
      ...(files ? [`${inside} -F`] : []),
      ...options.map(({ names, help, takes }) => {
        const kinds = { nothing: '', file: ' -r -F', text: ' -x' };
        const value = typeof takes === 'string' ? kinds[takes] : ` -x -a ${quoted(takes.join(' '))}`;
        return `${inside} ${names.map(flagOf).join(' ')}${value} -d ${quoted(help)}`;
      }),
    ];
  });
  return `# fish completion of reprise: reprise completion fish | source
complete -c reprise -f
${lines.join('\n')}
complete -c reprise -n __fish_use_subcommand -a completion -d 'print a completion script'
complete -c reprise -n '__fish_seen_subcommand_from completion' -a '${SHELLS.join(' ')}'
`;
}
