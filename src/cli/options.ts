/**
 * Options of commands. Each is declared once, in a table: its flag, its line of help, its default as a user would write
 * it, and what turns its text into a value. The types of the values, the help and the checks follow from the table.
 */

import { UserError } from '../model/user-error.ts';
import { withoutSecrets } from './secrets.ts';

/** Turns the text of an option into a value. @throws UserError that names the option and the text */
export type Parse<T> = ((option: string, text: string) => T) & {
  /** The texts of a closed set, for completion and the schema of files. */
  readonly choices?: readonly string[];
};

/** One declared option. */
export interface Option<T> {
  /** `--threads <n>`; an option that can be switched off has two, `--loop` and `--no-loop`. */
  readonly flags: readonly { readonly flag: string; readonly help: string }[];
  /** The default as a user would write it, for the help; null where there is none. */
  readonly default: string | null;
  readonly required: boolean;
  readonly repeatable: boolean;
  /** Heading in the help; null for the usual one. */
  readonly group: string | null;
  /** Texts that it takes, where they are a closed set. */
  readonly choices: readonly string[] | null;
  /** @param texts what was given, in order; of an option without a value its flag. @throws UserError */
  read(texts: readonly string[]): T;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values of a table's options. */
export type Values<T extends OptionTable> = {
  readonly [Name in keyof T]: T[Name] extends Option<infer Value> ? Value : never;
};

/** What a command line gives to a command. */
export interface Input<T extends OptionTable> {
  readonly arguments: readonly string[];
  /** Reading a value whose text is wrong throws its error, the same each time. */
  readonly values: Values<T>;
  /** Options as the user wrote them, such as `--rate 10/s`; null for those that were not given. */
  readonly given: { readonly [Name in keyof T]: string | null };
  readonly env: NodeJS.ProcessEnv;
}

const PLAIN = { default: null, required: false, repeatable: false, group: null, choices: null } as const;

/** An option with a value; null where it is not given and has no default. */
export function value<T>(flag: string, help: string, parse: Parse<T>): Option<T | null>;
export function value<T>(flag: string, help: string, parse: Parse<T>, usual: string): Option<T>;
export function value<T>(flag: string, help: string, parse: Parse<T>, usual?: string): Option<T | null> {
  return {
    ...PLAIN,
    flags: [{ flag, help }],
    choices: parse.choices ?? null,
    default: usual ?? null,
    read(texts) {
      const text = texts.at(-1) ?? usual;
      return text === undefined ? null : parse(longName(flag), text);
    },
  };
}

/** An option that must be given. */
export function required<T>(flag: string, help: string, parse: Parse<T>): Option<T> {
  return {
    ...PLAIN,
    flags: [{ flag, help: `${help} (required)` }],
    required: true,
    choices: parse.choices ?? null,
    read(texts) {
      const text = texts.at(-1);
      if (text === undefined) throw new UserError(`required option '${flag}' is missing`, { kind: 'usage' });
      return parse(longName(flag), text);
    },
  };
}

/** An option that may be repeated; its values in order. */
export function list<T>(flag: string, help: string, parse: Parse<T>): Option<readonly T[]> {
  return {
    ...PLAIN,
    flags: [{ flag, help: `${help} (repeatable)` }],
    repeatable: true,
    choices: parse.choices ?? null,
    read: (texts) => texts.map((text) => parse(longName(flag), text)),
  };
}

/** An option without a value: whether it is given. */
export function flag(name: string, help: string): Option<boolean> {
  return { ...PLAIN, flags: [{ flag: name, help }], read: (texts) => texts.length > 0 };
}

/** `--name` and `--no-name`, the last one counts; null where neither is given. */
export function toggle(name: string, on: string, off: string): Option<boolean | null> {
  const no = name.replace('--', '--no-');
  return {
    ...PLAIN,
    flags: [
      { flag: name, help: on },
      { flag: no, help: off },
    ],
    read: (texts) => (texts.length === 0 ? null : texts.at(-1) === name),
  };
}

/** The same option with another default, for a command whose default differs; null for none. */
export function withDefault<T>(option: Option<T>, usual: string | null): Option<T> {
  return {
    ...option,
    default: usual,
    read: (texts) => option.read(texts.length > 0 || usual === null ? texts : [usual]),
  };
}

/** Puts the options of a table under a heading of the help. */
export function group<T extends OptionTable>(heading: string, table: T): T {
  const entries = Object.entries(table).map(([name, option]) => [name, { ...option, group: heading }]);
  return Object.fromEntries(entries) as T;
}

/** `--threads` of `--threads <n>` and of `-t, --threads <n>`. */
export function longName(flag: string): string {
  return /--[\w-]+/.exec(flag)?.[0] ?? flag;
}

/** Whether it has a value; a switch has none. */
export function takesValue({ flags }: Option<unknown>): boolean {
  return flags[0]?.flag.includes('<') === true;
}

/** The help of an option's line, with its default in place of one that the text describes. */
export function helpLine({ default: usual }: Option<unknown>, help: string): string {
  return usual === null ? help : `${help.replace(/ \(default: .*\)$/, '')} (default: ${usual})`;
}

/**
 * The values of a table from what was given, read when they are asked for.
 * @param texts by the name in the table
 * @param broken options whose value cannot be read at all
 * @param sources where options come from that are not on the command line; mistakes in them name it
 */
export function inputOf<T extends OptionTable>(
  table: T,
  texts: ReadonlyMap<string, readonly string[]>,
  broken: ReadonlyMap<string, UserError>,
  rest: Pick<Input<T>, 'arguments' | 'env'>,
  sources: ReadonlyMap<string, string> = new Map(),
): Input<T> {
  const values = {};
  for (const [name, option] of Object.entries(table)) {
    const read = once(() => {
      const mistake = broken.get(name);
      if (mistake !== undefined) throw mistake;
      return fromSource(sources.get(name), () => option.read(texts.get(name) ?? []));
    });
    Object.defineProperty(values, name, { enumerable: true, get: read });
  }
  const given = Object.entries(table).map(([name, { flags }]) => {
    const text = texts.get(name)?.at(-1);
    const [{ flag: first } = { flag: '' }] = flags;
    if (text === undefined) return [name, null];
    return [name, first.includes('<') ? `${longName(first)} ${withoutSecrets(text)}` : text];
  });
  return { ...rest, values: values as Values<T>, given: Object.fromEntries(given) as Input<T>['given'] };
}

function fromSource<T>(source: string | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (source === undefined || !(error instanceof UserError)) throw error;
    const { kind, facts, cause } = error;
    throw new UserError(`${error.message} (set by ${source})`, { kind, facts: { ...facts, source }, cause });
  }
}

/** Keeps what a function gave, or threw, the first time. */
function once<T>(read: () => T): () => T {
  let again: (() => T) | null = null;
  return () => {
    if (again === null) {
      try {
        const result = read();
        again = () => result;
      } catch (error) {
        again = () => {
          throw error;
        };
      }
    }
    return again();
  };
}

/** A table without some of its options, for a command that decides them itself. */
export function without<T extends OptionTable, K extends keyof T>(table: T, names: readonly K[]): Omit<T, K> {
  return Object.fromEntries(
    Object.entries(table).filter(([name]) => !names.some((one) => one === name)),
  ) as unknown as Omit<T, K>;
}
