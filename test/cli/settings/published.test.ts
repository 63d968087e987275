import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../../../src/cli/main.ts';
import { longName, type OptionTable, takesValue } from '../../../src/cli/options.ts';
import { completionScript, SHELLS } from '../../../src/cli/settings/completion.ts';
import { configSchema } from '../../../src/cli/settings/config-schema.ts';
import { commandPage, programPage } from '../../../src/cli/settings/man-page.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const loaded = Object.fromEntries(
  await Promise.all(
    Object.entries(COMMANDS).map(
      async ([name, { summary, load }]) => [name, { summary, command: await load() }] as const,
    ),
  ),
);
const flagsOf = (options: OptionTable) =>
  Object.values(options).flatMap((option) =>
    option.flags.map(({ flag }) => ({ option, name: longName(flag) })),
  );

test('completion: bash proposes commands, options, the words of a closed set and files', () => {
  const script = completionScript('bash', loaded);
  const cwd = tempFolder();
  for (const name of ['my tape.sqlite', 'my*.sqlite', 'other']) writeFileSync(join(cwd, name), '');
  const ask = (...words: readonly string[]): readonly string[] => {
    const { stdout, stderr } = spawnSync(
      'bash',
      [
        '-c',
        `eval "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _reprise; printf '%s\n' "\${COMPREPLY[@]}"`,
        script,
        'reprise',
        ...words,
      ],
      { encoding: 'utf8', cwd },
    );
    assert.equal(stderr, '');
    return stdout.split('\n').filter(Boolean).sort();
  };
  assert.deepEqual(ask('re'), ['record', 'replay', 'report']);
  assert.deepEqual(ask('replay', '--order', ''), ['recorded', 'shuffled']);
  assert.deepEqual(ask('replay', '--max-e'), ['--max-errors']);
  const tapes = ['my tape.sqlite', 'my*.sqlite'];
  assert.deepEqual(ask('replay', 'my'), tapes);
  assert.deepEqual(ask('replay', '--out', 'my'), tapes);
  assert.deepEqual(ask('replay', '--out', '=', 'my'), tapes);
  assert.deepEqual(ask('replay', '--order', '='), ['recorded', 'shuffled']);
  assert.deepEqual(ask('replay', '--target', 'm'), []);
  assert.deepEqual(ask('completion', ''), [...SHELLS].sort());
});

test('completion: every shell has every command and every option', () => {
  for (const shell of SHELLS) {
    const script = completionScript(shell, loaded);
    for (const [name, { command }] of Object.entries(loaded)) {
      assert.ok(script.includes(name), `${shell}: ${name}`);
      for (const { name: option } of flagsOf(command.options)) {
        const shown = shell === 'fish' ? `-l ${option.slice(2)}` : option;
        assert.ok(script.includes(shown), `${shell}: ${name} ${option}`);
      }
    }
    // Where the shell is installed, it reads the script.
    writeFileSync(join(folder, shell), script);
    const { status, stderr } = spawnSync(shell, ['-n', join(folder, shell)], { encoding: 'utf8' });
    if (status !== null) assert.deepEqual([status, stderr], [0, ''], shell);
  }
});

test('manual pages have every option and variable, and no line that roff takes for a request', () => {
  const edition = { version: '1.2.3', commands: loaded };
  const request = /^\.(TH|SH|TP|PP|BR?|nf|fi)\b/;
  for (const [name, { command }] of Object.entries(loaded)) {
    const page = commandPage(name, command, edition);
    for (const line of page.split('\n'))
      assert.ok(!/^[.']/.test(line) || request.test(line), `${name}: ${line}`);
    for (const { name: option } of flagsOf(command.options)) {
      assert.ok(page.includes(option.replaceAll('-', '\\-')), `${name} ${option}`);
    }
    assert.match(page, /\.B REPRISE_CONFIG\n/);
  }
  assert.match(programPage('What it does.', edition), /\.BR reprise\\-replay \(1\)/);
});

test('the schema of files names every option of every command, with its kind', () => {
  const schema = configSchema(
    Object.fromEntries(Object.entries(loaded).map(([name, { command }]) => [name, command])),
  );
  const { properties } = schema as { properties: Record<string, { properties: Record<string, object> }> };
  for (const [name, { command }] of Object.entries(loaded)) {
    const known = properties[name]?.properties ?? {};
    for (const option of Object.values(command.options)) {
      const found = known[longName(option.flags[0]?.flag ?? '').slice(2)] as {
        type?: unknown;
        anyOf?: unknown;
      };
      assert.equal(found.type === 'boolean', !takesValue(option), name);
      assert.equal(found.anyOf !== undefined, option.repeatable, name);
    }
  }
  assert.deepEqual((properties.replay?.properties.order as { enum?: unknown } | undefined)?.enum, [
    'recorded',
    'shuffled',
  ]);
});
