import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, text } from '../../src/cli/option-values.ts';
import { flag, helpLine, inputOf, list, toggle, value, withDefault } from '../../src/cli/options.ts';
import { UserError } from '../../src/model/user-error.ts';

const TABLE = {
  threads: value('--threads <n>', 'threads', count, '10'),
  limit: value('--limit <n>', 'limit', count),
  target: value('--target <url>', 'server', text),
  select: list('--select <filter>', 'filter', text),
  open: flag('--open', 'open'),
  loop: toggle('--loop', 'on', 'off'),
};

const input = (texts: Readonly<Record<string, readonly string[]>>) =>
  inputOf(TABLE, new Map(Object.entries(texts)), new Map(), { arguments: [], env: {} });

test('values are parsed, defaults too; what is not given is null, empty or false', () => {
  assert.deepEqual(
    { ...input({}).values },
    { threads: 10, limit: null, target: null, select: [], open: false, loop: null },
  );
  const { values } = input({
    threads: ['3', '4'],
    select: ['a', 'b'],
    open: ['--open'],
    loop: ['--no-loop'],
  });
  assert.deepEqual(
    [values.threads, values.select, values.open, values.loop],
    [4, ['a', 'b'], true, false],
    'of an option that is given twice the last one counts',
  );
});

test('given options are reported as written, without secrets', () => {
  const { given } = input({
    threads: ['4'],
    target: ['http://me:hush@h'],
    open: ['--open'],
    loop: ['--no-loop'],
  });
  assert.deepEqual(given, {
    threads: '--threads 4',
    limit: null,
    target: '--target http://…@h',
    select: null,
    open: '--open',
    loop: '--no-loop',
  });
});

test('a wrong value throws when it is read, the same error each time', () => {
  const { values } = input({ threads: ['x'] });
  const errors = [1, 2].map(() => {
    try {
      return values.threads;
    } catch (error) {
      return error;
    }
  });
  assert.ok(errors[0] instanceof UserError);
  assert.equal(errors[0], errors[1]);
});

test('a default of a command replaces the usual one, in the value and in the help', () => {
  const threads = withDefault(TABLE.threads, '2');
  assert.deepEqual([threads.read([]), threads.read(['5'])], [2, 5]);
  assert.deepEqual(
    [helpLine(TABLE.threads, 'n'), helpLine(threads, 'n')],
    ['n (default: 10)', 'n (default: 2)'],
  );
});
