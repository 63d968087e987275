import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { defineCommand, prepareCommand } from '../../../src/cli/command.ts';
import { choice, count, text } from '../../../src/cli/option-values.ts';
import { flag, list, required, toggle, value } from '../../../src/cli/options.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const file = (content: string, name = 'c.yaml'): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const COMMAND = defineCommand({
  description: '',
  arguments: [['<tape>', 'a tape']],
  options: {
    target: required('--target <url>', 'server', text),
    maxBody: value('--max-body <n>', 'size', count, '10'),
    select: list('--select <filter>', 'filter', text),
    order: value('--order <order>', 'order', choice(['recorded', 'shuffled']), 'recorded'),
    loop: toggle('--loop', 'on', 'off'),
    json: flag('--json', 'JSON'),
  },
  examples: [],
  prepare:
    ({ values: { target, maxBody, select, order, loop, json } }) =>
    async () => ({ data: JSON.stringify([target, maxBody, select, order, loop, json]) }),
});

const run = async (argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> =>
  (await prepareCommand('test', COMMAND, argv, env, ['test', 'other'])()).data ?? '';

async function mistakes(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<readonly string[]> {
  try {
    await run(argv, env);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error.mistakes.map(({ message }) => message.replaceAll(folder, ''));
  }
  return [];
}

test('an option comes from the command line, else its variable, else the file, else its default', async () => {
  const config = file('test:\n  target: file\n  max-body: 5\n  loop: false\n  json: true\nother:\n  x: 1\n');
  assert.equal(await run(['t', '--config', config]), '["file",5,[],"recorded",false,true]');
  const env = {
    REPRISE_CONFIG: config,
    REPRISE_MAX_BODY: '6',
    REPRISE_SELECT: 'a=1, 2\nb',
    REPRISE_LOOP: 'yes',
  };
  assert.equal(await run(['t'], env), '["file",6,["a=1, 2","b"],"recorded",true,true]');
  const argv = ['t', '--max-body', '7', '--select', 'c', '--no-loop', '--target', 'flag'];
  assert.equal(await run(argv, env), '["flag",7,["c"],"recorded",false,true]');
  // What an orchestrator sets empty, or for a service with this name, is no setting.
  const more = { REPRISE_JSON: '', REPRISE_PORT: 'tcp://10.0.0.1:80', REPRISE_ORDER: '' };
  assert.equal(await run(['t', '--target', 'x'], more), '["x",10,[],"recorded",null,false]');
});

test('a file keeps its texts, as YAML and as JSON', async () => {
  const yaml = file('test: {target: 1.10, select: [1e3, "null", on], max-body: ~, json: off}');
  assert.equal(await run(['t', '--config', yaml]), '["1.10",10,["1e3","on"],"recorded",null,false]');
  const json = file('{"$schema": "s", "test": {"target": "x", "select": "one", "loop": true}}', 'c.json');
  assert.equal(await run(['t', '--config', json]), '["x",10,["one"],"recorded",true,false]');
});

test('a file may repeat itself by anchors and merge keys, and begin with a byte order mark', async () => {
  const yaml = file('other: &usual\n  target: x\n  max-body: 5\ntest:\n  <<: *usual\n  max-body: 6\n');
  assert.equal(await run(['t', '--config', yaml]), '["x",6,[],"recorded",null,false]');
  const marked = file('\uFEFF{"test": {"target": "x"}}', 'bom.json');
  assert.equal(await run(['t', '--config', marked]), '["x",10,[],"recorded",null,false]');
  const odd = file('other: &usual {target: x, max-bdy: 5}\ntest: {<<: *usual}\n');
  assert.match((await mistakes(['t', '--config', odd]))[0] ?? '', /^\/c\.yaml: test\.max-bdy is not/);
});

test('mistakes name the line of the file, or the variable', async () => {
  const cases: readonly (readonly [content: string, expected: RegExp])[] = [
    ['tets: {}', /^\/c\.yaml:1: 'tets' is not a command \(Did you mean test\?\): name one of test, other$/],
    ['test: {max-bdy: 1}', /^\/c\.yaml:1: test\.max-bdy is not an option \(Did you mean max-body\?\)/],
    ['test: {target: [a, b]}', /^\/c\.yaml:1: test\.target is not a value/],
    ['test: {select: {a: 1}}', /^\/c\.yaml:1: test\.select is not a list of values/],
    ['test: 5', /^\/c\.yaml:1: test is not an object/],
    ['test: {json: maybe}', /^\/c\.yaml:1: test\.json maybe is neither true nor false: write true or false$/],
    ['test: {target: x, max-body: none}', /^--max-body none is not .* \(set by \/c\.yaml:1\)$/],
    ['# x\n\nother:\n  loop: 1\ntest:\n  max-bdy: 1', /^\/c\.yaml:6: test\.max-bdy is not/],
    ['- test', /^\/c\.yaml has no options: give it an object for each command/],
    ['\0t\0e\0s\0t', /^\/c\.yaml has no options/],
    ['a: 1\n---\nb: 2', /is not YAML: Source contains multiple documents at line 2, column 1: correct/],
    ['test: {<<: 5}', /is not YAML: Merge sources must be maps/],
    ['test: [', /^--config \/c\.yaml is not YAML: .* line 1/],
    ['test: {a: 1, a: 2}', /is not YAML: Map keys must be unique/],
  ];
  for (const [content, expected] of cases) {
    const said = await mistakes(['t', '--config', file(content)]);
    assert.equal(said.length, 1, content);
    assert.match(said[0] ?? '', expected);
  }
  assert.match(
    (await mistakes(['t', '--config', join(folder, 'none')]))[0] ?? '',
    /--config \/none cannot be read/,
  );
  assert.deepEqual(await mistakes(['t', '--target', 'x'], { REPRISE_JSON: '2' }), [
    'REPRISE_JSON 2 is neither true nor false: write true or false',
  ]);
});

test('--print-config gives a file that leads to the same settings, with sources and without secrets', async () => {
  const env = { REPRISE_SELECT: 'a # b\n-x', REPRISE_LOOP: '0' };
  const printed = await run(['--target', 'http://me:hush@h', '--print-config'], env);
  assert.equal(
    printed,
    `test:
  target: "http://…@h" # flag
  max-body: 10 # default
  select: ["a # b", "-x"] # REPRISE_SELECT
  order: recorded # default
  loop: false # REPRISE_LOOP
`,
  );
  const again = await run(['--config', file(printed), '--print-config']);
  const bare = (text: string): string => text.replaceAll(/ # [^"]*$/gm, '');
  assert.equal(bare(again), bare(printed));
  assert.match((await mistakes(['--print-config', '--frob']))[0] ?? '', /unknown option '--frob'/);
});

test('the command line has it all: --print-config, --version --json, no colours whatever the environment', async () => {
  const env = { REPRISE_TIMEOUT: '9s', FORCE_COLOR: '1', NO_COLOR: '' };
  const printed = await runCli(['replay', '--target', 'http://h', '--print-config'], { env });
  assert.equal(printed.code, 0, printed.stderr);
  assert.match(printed.stdout, /^ {2}timeout: 9s # REPRISE_TIMEOUT$/m);
  const help = await runCli(['replay', '--help'], { env });
  assert.equal(help.stdout.includes('\u001b'), false);
  const { version, tape, node } = JSON.parse((await runCli(['--version', '--json'])).stdout);
  assert.deepEqual([typeof version, typeof tape, node], ['string', 'number', process.versions.node]);
});
