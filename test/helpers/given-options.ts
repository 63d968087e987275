import { type Command, prepareCommand } from '../../src/cli/command.ts';
import { AA_OPTIONS, AB_OPTIONS } from '../../src/cli/compare/pair-options.ts';
import { aaSettings, abSettings, type PairSettings } from '../../src/cli/compare/pair-settings.ts';
import { type Input, longName, type OptionTable } from '../../src/cli/options.ts';
import { RECORD_OPTIONS, type RecordSettings, recordSettings } from '../../src/cli/record/record-settings.ts';
import { REPLAY_OPTIONS } from '../../src/cli/replay/replay-options.ts';
import { type ReplaySettings, replaySettings } from '../../src/cli/replay/replay-settings.ts';

/** Options of a table as a user gives them: text, several texts, or on and off. */
export type Given<T> = { readonly [Name in keyof T]?: string | boolean | readonly string[] };

/** Reads options as a command line has them. @throws UserError with every mistake */
export function readGiven<T extends OptionTable, S>(
  options: T,
  read: (input: Input<T>) => S,
  given: Given<T>,
  env: NodeJS.ProcessEnv = {},
): S {
  const settings: S[] = [];
  const command = {
    description: '',
    arguments: [],
    options,
    examples: [],
    prepare(input: Input<OptionTable>) {
      settings.push(read(input as unknown as Input<T>));
      return async () => ({});
    },
  } satisfies Command;
  prepareCommand('test', command, argvOf(options, given), env);
  return settings[0] as S;
}

function argvOf<T extends OptionTable>(options: T, given: Given<T>): string[] {
  return Object.entries(given).flatMap(([name, what]) => {
    const [on = '', off = ''] = options[name]?.flags.map(({ flag }) => longName(flag)) ?? [];
    if (typeof what === 'boolean') return [what ? on : off];
    return [what as string | readonly string[]].flat().map((text) => `${on}=${text}`);
  });
}

export const givenRecord = (given: Given<typeof RECORD_OPTIONS> = {}): RecordSettings =>
  readGiven(RECORD_OPTIONS, recordSettings, { upstream: 'http://127.0.0.1:8000', ...given });

export const givenReplay = (
  given: Given<typeof REPLAY_OPTIONS> = {},
  env: NodeJS.ProcessEnv = {},
): ReplaySettings =>
  readGiven(REPLAY_OPTIONS, replaySettings, { target: 'http://127.0.0.1:8000', ...given }, env);

export const givenAb = (given: Given<typeof AB_OPTIONS>): PairSettings =>
  readGiven(AB_OPTIONS, abSettings, given);

export const givenAa = (given: Given<typeof AA_OPTIONS> = {}): PairSettings =>
  readGiven(AA_OPTIONS, aaSettings, { target: 'http://127.0.0.1:9', ...given });
