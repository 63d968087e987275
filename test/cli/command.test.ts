import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, defineCommand, prepareCommand } from '../../src/cli/command.ts';
import { suggestion } from '../../src/cli/near-names.ts';
import { baseUrl, count } from '../../src/cli/option-values.ts';
import { flag, list, required, value } from '../../src/cli/options.ts';
import { UserError } from '../../src/model/user-error.ts';

const COMMAND = defineCommand({
  description: '',
  arguments: [
    ['<tape>', 'a tape'],
    ['[label]', 'a label'],
  ],
  options: {
    target: required('--target <url>', 'server', baseUrl),
    repeat: value('--repeat <n>', 'times', count, '1'),
    requests: list('--requests <n>', 'requests', count),
    json: flag('--json', 'JSON'),
  },
  examples: [],
  prepare({ arguments: operands, values: { target, repeat, requests, json } }) {
    if (repeat > 5) throw new UserError(`--repeat ${repeat} is much`);
    return async () => ({ data: JSON.stringify([operands, target, repeat, requests, json]) });
  },
});

const run = (argv: string, command: Command = COMMAND) =>
  prepareCommand('test', command, argv === '' ? [] : argv.split(' '), {})();

function mistakes(argv: string): readonly string[] {
  try {
    prepareCommand('test', COMMAND, argv === '' ? [] : argv.split(' '), {});
  } catch (error) {
    assert.ok(error instanceof UserError);
    assert.equal(error.exitCode, 1);
    return error.mistakes.map(({ message }) => message.replace(/: see reprise test --help$/, ''));
  }
  return [];
}

test('arguments and options in any order, with = or without', async () => {
  const { data } = await run('--repeat=2 tape --target http://h --requests 1 label --requests 2 --json');
  assert.equal(data, JSON.stringify([['tape', 'label'], 'http://h/', 2, [1, 2], true]));
});

test('all mistakes are reported at once, each once', () => {
  assert.deepEqual(mistakes(''), [
    "missing required argument 'tape'",
    "required option '--target <url>' is missing",
  ]);
  assert.deepEqual(
    mistakes('t --frob --target nowhere --requests 0 --requests x --repeat 9 --targte=x --json'),
    [
      "unknown option '--frob'",
      "unknown option '--targte' (Did you mean --target?)",
      '--target nowhere is not an HTTP address: write it as http://HOST:PORT',
      '--requests 0 is not a whole number of at least 1: write for example --requests 10',
    ],
  );
  assert.deepEqual(mistakes('t l more --target http://h --repeat 9'), [
    'too many arguments: more',
    '--repeat 9 is much',
  ]);
});

test('an option whose value is missing is named, and the rest is checked', () => {
  assert.deepEqual(mistakes('t --repeat 0 --target'), [
    '--target needs a value',
    '--repeat 0 is not a whole number of at least 1: write for example --repeat 10',
  ]);
});

test('a defect in a check is not a mistake of the user', () => {
  const command = defineCommand({
    ...COMMAND,
    options: {},
    prepare() {
      throw new TypeError('ours');
    },
  });
  assert.throws(() => run('t', command), TypeError);
});

test('a name that is close to a known one is suggested', () => {
  assert.equal(suggestion('reply', ['replay', 'report']), ' (Did you mean replay?)');
  assert.equal(suggestion('frobnicate', ['replay', 'report']), '');
});
