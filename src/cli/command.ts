import { Argument, Command as CommanderCommand, CommanderError, Option as CommanderOption } from 'commander';
import { checkAll, UserError, usageError } from '../model/user-error.ts';
import { suggestion } from './near-names.ts';
import { helpLine, type Input, inputOf, longName, type OptionTable } from './options.ts';
import { configText, type Effective } from './settings/print-config.ts';
import { fromEnvironment, fromFile, SETTINGS_OPTIONS, type Source } from './settings/sources.ts';

/** What a command leaves behind; printing it and ending the process is up to `main`. */
export interface CommandResult {
  /** For stdout. */
  readonly data?: string;
  /** 0 unless given. */
  readonly exitCode?: number;
  /** Why the command could not continue, although it has data: the data is printed first. */
  readonly failure?: unknown;
}

/** One command of the program. */
export interface Command<T extends OptionTable = OptionTable> {
  readonly description: string;
  /** Name, as `<tape>`, `[tape]` or, for one or more, `<file...>`, and help of each. */
  readonly arguments: readonly (readonly [name: string, help: string])[];
  readonly options: T;
  readonly examples: readonly string[];
  /**
   * Checks everything that was given and gives the work to be done. What does the work is loaded by it only: help and mistakes
   * are answered at once.
   * @throws UserError with every mistake
   */
  prepare(input: Input<T>): () => Promise<CommandResult>;
}

/** Declares a command; only it knows the types of its options. */
export function defineCommand<T extends OptionTable>(command: Command<T>): Command {
  return command as unknown as Command;
}

/**
 * Reads a command's arguments and options. An option that is not on the command line comes from its variable
 * (`REPRISE_MAX_BODY`), else from the file that `--config` names, else it has its default.
 * @param commands names of all commands, which a file may have options for
 * @throws UserError with all mistakes: those of form and those of the command's own checks
 */
export function prepareCommand(
  name: string,
  command: Command,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  commands: readonly string[] = [name],
): () => Promise<CommandResult> {
  const all = { ...command, options: { ...command.options, ...SETTINGS_OPTIONS } };
  const { texts, broken, operands, mistakes } = parse(name, all, argv);
  const settings = inputOf(SETTINGS_OPTIONS, withVariables(texts, env), broken, {
    arguments: [],
    env,
  }).values;
  const sources = [
    { of: () => 'flag', texts },
    fromEnvironment(command.options, env),
    ...(settings.config === null ? [] : [fromFile(settings.config, name, command.options, commands)]),
  ];
  const effective = strongest(command.options, sources);
  const elsewhere = [...effective].filter(([, { source }]) => source !== 'flag');
  const input = inputOf(
    command.options,
    new Map([...effective].map(([key, { texts: given }]) => [key, given])),
    broken,
    { arguments: operands, env },
    new Map(elsewhere.map(([key, { source }]) => [key, source])),
  );
  const form = settings.printConfig ? mistakes.filter(({ facts }) => !('missing' in facts)) : mistakes;
  const fail = (mistake: UserError) => (): never => {
    throw mistake;
  };
  const given = settings.printConfig ? [...effective.keys()] : Object.keys(command.options);
  return checkAll<Record<string, unknown> & { run: () => Promise<CommandResult> }>({
    ...Object.fromEntries(form.map((mistake, i) => [`form ${i}`, fail(mistake)])),
    ...Object.fromEntries(given.map((key) => [key, () => input.values[key]])),
    run() {
      if (!settings.printConfig) return command.prepare(input);
      const data = configText(name, command.options, effective);
      return async () => ({ data });
    },
  }).run;
}

/** `--config` itself may be a variable as well. */
function withVariables(texts: Parsed['texts'], env: NodeJS.ProcessEnv): Parsed['texts'] {
  const variables = fromEnvironment({ config: SETTINGS_OPTIONS.config }, env);
  return new Map([...variables.texts, ...texts]);
}

/** What counts for each option: the first source that has it. */
function strongest(options: OptionTable, sources: readonly Source[]): ReadonlyMap<string, Effective> {
  const found = Object.keys(options).flatMap((key) => {
    const source = sources.find(({ texts }) => texts.has(key));
    return source === undefined
      ? []
      : [[key, { texts: source.texts.get(key) ?? [], source: source.of(key) }] as const];
  });
  return new Map(found);
}

interface Parsed {
  /** By the name in the table, in the order given. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  /** Options whose value is missing. */
  readonly broken: ReadonlyMap<string, UserError>;
  readonly operands: readonly string[];
  readonly mistakes: readonly UserError[];
}

function parse(name: string, command: Command, argv: readonly string[]): Parsed {
  const texts = new Map<string, string[]>();
  const parser = commanderOf(name, command);
  for (const [key, { flags }] of Object.entries(command.options)) {
    for (const { flag } of flags) {
      parser.on(`option:${longName(flag).slice(2)}`, (text?: string | null) => {
        texts.set(key, [...(texts.get(key) ?? []), text ?? longName(flag)]);
      });
    }
  }
  try {
    const { operands, unknown } = parser.parseOptions([...argv]);
    return { texts, broken: new Map(), ...checkForm(name, command, operands, unknown) };
  } catch (error) {
    // Commander stops at an option whose value is missing, which is always the last token.
    if (!(error instanceof CommanderError) || error.code !== 'commander.optionMissingArgument') throw error;
    const token = argv.at(-1) ?? '';
    const parsed = parse(name, command, argv.slice(0, -1));
    const key = Object.entries(command.options).find(([, { flags }]) =>
      flags.some(({ flag }) => flag.split(/[ ,]+/).includes(token)),
    )?.[0];
    const mistake = usageError(`${token} needs a value`, seeHelp(name));
    return { ...parsed, broken: new Map([...parsed.broken, [key ?? token, mistake]]) };
  }
}

/** Unknown options, missing and superfluous arguments. */
function checkForm(
  name: string,
  command: Command,
  operands: readonly string[],
  unknown: readonly string[],
): Pick<Parsed, 'operands' | 'mistakes'> {
  const options = unknown.filter((token) => token.length > 1 && token.startsWith('-'));
  const all = [...operands, ...unknown.filter((token) => !options.includes(token))];
  const expected = command.arguments.map(([argument]) => argument);
  const missing = expected.slice(all.length).filter((argument) => argument.startsWith('<'));
  // What follows an unknown option may be its value.
  const isOpen = expected.at(-1)?.includes('...') === true;
  const more = options.length === 0 && !isOpen ? all.slice(expected.length) : [];
  const known = Object.values(command.options).flatMap(namesOf);
  const mistake = (problem: string, facts = {}): UserError =>
    new UserError(problem, { kind: 'usage', remedy: seeHelp(name), facts });
  return {
    operands: all,
    mistakes: [
      ...options.map((token) => {
        const option = token.split('=', 1)[0] ?? token;
        return mistake(`unknown option '${option}'${suggestion(option, known)}`);
      }),
      ...missing.map((argument) =>
        mistake(`missing required argument '${argument.slice(1, -1)}'`, { missing: argument }),
      ),
      ...(more.length === 0 ? [] : [mistake(`too many arguments: ${more.join(' ')}`)]),
    ],
  };
}

function namesOf({ flags }: OptionTable[string]): readonly string[] {
  return flags.map(({ flag }) => longName(flag));
}

function seeHelp(name: string): string {
  return `see reprise ${name} --help`;
}

/** The command as commander knows it, for parsing and for its help. */
export function commanderOf(name: string, command: Command): CommanderCommand {
  const made = new CommanderCommand(name)
    .description(command.description)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .helpOption('-h, --help', 'show this help');
  for (const [argument, help] of command.arguments) made.addArgument(new Argument(argument, help));
  for (const option of Object.values({ ...command.options, ...SETTINGS_OPTIONS })) {
    for (const { flag, help } of option.flags) {
      const added = new CommanderOption(flag, helpLine(option, help));
      made.addOption(option.group === null ? added : added.helpGroup(option.group));
    }
  }
  return made;
}
