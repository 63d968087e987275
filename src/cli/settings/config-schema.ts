import type { Command } from '../command.ts';
import { helpLine, type Option, takesValue } from '../options.ts';
import { nameOf } from './sources.ts';

/** The JSON schema (draft 2020-12) of files for `--config`, made from the options of all commands. */
export function configSchema(commands: Readonly<Record<string, Command>>): object {
  const sections = Object.entries(commands).map(([name, { description, options }]) => {
    const entries = Object.values(options).map((option) => [
      nameOf(option.flags[0]?.flag ?? ''),
      optionSchema(option),
    ]);
    const properties = Object.fromEntries(entries);
    return [name, { description, type: 'object', properties, additionalProperties: false }];
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'reprise --config FILE',
    description: 'Options of each command by their names without dashes.',
    type: 'object',
    properties: { $schema: { type: 'string' }, ...Object.fromEntries(sections) },
    additionalProperties: false,
  };
}

function optionSchema(option: Option<unknown>): object {
  const [{ help } = { help: '' }] = option.flags;
  const description = helpLine(option, help);
  if (!takesValue(option)) return { description, type: 'boolean' };
  const one =
    option.choices === null ? { type: ['string', 'number'] } : { type: 'string', enum: option.choices };
  return option.repeatable
    ? { description, anyOf: [one, { type: 'array', items: one }] }
    : { description, ...one };
}
