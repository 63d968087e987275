import { createRequire } from 'node:module';
import type { Scalar } from 'yaml';
import { FILE_PROBLEMS, readSmallFile } from '../../formats/reading/small-file.ts';
import { UserError, usageError } from '../../model/user-error.ts';
import { suggestion } from '../near-names.ts';
import { flag, group, longName, type Option, type OptionTable, takesValue, value } from '../options.ts';

/** Options that every command has: where its other options come from. */
export const SETTINGS_OPTIONS = group('Settings:', {
  config: value(
    '--config <file>',
    'read options from this YAML or JSON file; REPRISE_* variables and options have precedence',
    (_option, file) => file,
  ),
  printConfig: flag('--print-config', 'print the options in effect and their sources, and exit'),
});

/** What is given for each option, by its name in the table, in the form of a command line. */
export type Texts = ReadonlyMap<string, readonly string[]>;

/** Options of one command from one place. */
export interface Source {
  /** `flag`, the name of a variable, or a file. */
  readonly of: (key: string) => string;
  readonly texts: Texts;
}

/** The variable of an option: `REPRISE_MAX_BODY` of `--max-body`. */
export function variableOf({ flags }: Option<unknown>): string {
  return `REPRISE_${nameOf(flags[0]?.flag ?? '')
    .toUpperCase()
    .replaceAll('-', '_')}`;
}

/** The name of an option in a file: `max-body` of `--max-body <size>`. */
export function nameOf(flag: string): string {
  return longName(flag).slice(2);
}

/**
 * Options from the environment. An empty variable is not set; one that may be repeated has a value a line.
 * @throws UserError for a switch that is neither true nor false
 */
export function fromEnvironment(options: OptionTable, env: NodeJS.ProcessEnv): Source {
  const texts = Object.entries(options).flatMap(([key, option]) => {
    const name = variableOf(option);
    const text = env[name] ?? '';
    if (text === '') return [];
    const given = option.repeatable ? text.split(/\r?\n/).filter((line) => line !== '') : [text];
    return [[key, asArguments(option, given, name)] as const];
  });
  return {
    of: (key) => (key in options ? variableOf(options[key] as Option<unknown>) : key),
    texts: new Map(texts),
  };
}

/**
 * Options of one command from a YAML or JSON file, which has an object of options for each command.
 * @param commands names of all commands: the file may have options for each
 * @throws UserError with the file's name for a file that cannot be read, and for names that do not exist
 */
export function fromFile(
  file: string,
  command: string,
  options: OptionTable,
  commands: readonly string[],
): Source {
  const { content, lineOf } = readYaml(file);
  const placeOf = (...path: readonly string[]): string => `${file}${lineOf(path)}`;
  const texts = new Map<string, readonly string[]>();
  const places = new Map<string, string>();
  // An empty file has no options.
  const top = content === null || content === '' ? {} : asMap(content);
  if (top === null)
    throw usageError(`${file} has no options`, 'give it an object for each command, such as replay: {}');
  for (const [name, section] of Object.entries(top)) {
    if (name === '$schema') continue;
    if (!commands.includes(name)) {
      throw usageError(
        `${placeOf(name)}: '${name}' is not a command${suggestion(name, commands)}`,
        `name one of ${commands.join(', ')}`,
      );
    }
    if (name !== command || section === '') continue;
    const given = asMap(section);
    if (given === null)
      throw usageError(
        `${placeOf(name)}: ${name} is not an object`,
        'give it options, such as target: http://HOST:PORT',
      );
    for (const [key, what] of Object.entries(given)) {
      const place = placeOf(name, key);
      const found = Object.entries(options).find(([, { flags }]) => nameOf(flags[0]?.flag ?? '') === key);
      const known = Object.values(options).map(({ flags }) => nameOf(flags[0]?.flag ?? ''));
      if (found === undefined) {
        throw usageError(
          `${place}: ${name}.${key} is not an option${suggestion(key, known)}`,
          `see reprise ${name} --help`,
        );
      }
      const [option, list] = [found[1], [what].flat()];
      const isText = list.every((one) => typeof one === 'string');
      if (!isText || (Array.isArray(what) && !option.repeatable)) {
        throw usageError(
          `${place}: ${name}.${key} is not ${option.repeatable ? 'a list of values' : 'a value'}`,
          'see its help',
        );
      }
      const words = (list as readonly string[]).filter((text) => !['', 'null', '~'].includes(text));
      if (words.length === 0) continue;
      texts.set(found[0], asArguments(option, words, `${place}: ${name}.${key}`));
      places.set(found[0], place);
    }
  }
  return { of: (key) => places.get(key) ?? file, texts };
}

function asMap(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

/** A file's document. */
interface Yaml {
  readonly content: unknown;
  /** `:3` for the keys that lead to a line of it; empty where they are merged from elsewhere. */
  readonly lineOf: (path: readonly string[]) => string;
}

/**
 * A document whose scalars are the texts that the file has: `1.10` stays `1.10`. JSON is read as the YAML that it is.
 * @throws UserError
 */
function readYaml(file: string): Yaml {
  const text = readSmallFile(file);
  if (typeof text === 'string')
    throw usageError(`--config ${file} ${FILE_PROBLEMS[text]}`, 'name an existing YAML or JSON file');
  // Loaded only where there is a file: commands start at once without it.
  const yaml = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  try {
    const lines = new yaml.LineCounter();
    const document = yaml.parseDocument(text.toString('utf8'), {
      schema: 'failsafe',
      merge: true,
      lineCounter: lines,
    });
    const [mistake] = document.errors;
    if (mistake !== undefined) throw mistake;
    return {
      content: document.toJS(),
      lineOf(path) {
        let node: unknown = document.contents;
        let at: number | undefined;
        for (const name of path) {
          const pair = yaml.isMap<Scalar>(node)
            ? node.items.find(({ key }) => key.value === name)
            : undefined;
          at = pair?.key.range?.[0];
          node = pair?.value;
        }
        return at === undefined ? '' : `:${lines.linePos(at).line}`;
      },
    };
  } catch (error) {
    const [line = ''] = (error as Error).message.replace(/; please use .*\(\)/, '').split('\n');
    throw new UserError(`--config ${file} is not YAML: ${line.replace(/:$/, '')}`, {
      kind: 'usage',
      remedy: 'correct that line',
      cause: error,
    });
  }
}

/** Texts as a command line gives them: of a switch its flag, or nothing. */
function asArguments(option: Option<unknown>, texts: readonly string[], place: string): readonly string[] {
  if (takesValue(option)) return texts;
  const [on, off] = option.flags.map(({ flag }) => longName(flag));
  return texts.flatMap((text) => {
    if (/^(1|true|yes|on)$/i.test(text)) return on === undefined ? [] : [on];
    if (/^(0|false|no|off)$/i.test(text)) return off === undefined ? [] : [off];
    throw usageError(`${place} ${text} is neither true nor false`, 'write true or false');
  });
}
