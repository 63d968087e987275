import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toolVersion } from '../../src/cli/provenance.ts';
import { assertRefused } from '../helpers/refusals.ts';
import { CLI_ENTRY, runCli } from '../helpers/run-cli.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();
const COMMANDS = [
  'record',
  'import',
  'export',
  'inspect',
  'replay',
  'ab',
  'aa',
  'budget',
  'compare',
  'report',
  'demo',
  'simulate',
];

test('--version and --help are data, and the help names every command', async () => {
  assert.deepEqual(await runCli(['--version']), { code: 0, stdout: `${toolVersion()}\n`, stderr: '' });
  const help = await runCli(['--help']);
  assert.deepEqual([help.code, help.stderr], [0, '']);
  for (const command of COMMANDS) assert.match(help.stdout, new RegExp(`^  ${command} `, 'm'));
});

test('without a command the help is talk, and the exit code that of wrong use', async () => {
  const { code, stdout, stderr } = await runCli([]);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^Usage: reprise/);
});

test('the help of every command has examples, by both ways to ask', async () => {
  for (const command of COMMANDS) {
    const [option, word] = await Promise.all([runCli([command, '--help']), runCli(['help', command])]);
    assert.deepEqual([option.code, option.stderr], [0, '']);
    assert.match(option.stdout, new RegExp(`\nExamples:\n  reprise ${command}`));
    assert.deepEqual(word, option);
  }
});

test('wrong use: one sentence that names the value', async () => {
  await assertRefused([
    [['reply'], /unknown command 'reply' \(Did you mean replay\?\)/],
    [['--frob'], /unknown option '--frob'/],
    [['inspect', SAMPLE_TAPE, '--frob'], /unknown option '--frob'/],
    [['inspect'], /missing required argument 'tape'/],
    [['inspect', SAMPLE_TAPE, 'more'], /too many arguments/],
    [['replay', SAMPLE_TAPE], /required option '--target <url>'/],
  ]);
});

test('a command loads what it needs and nothing more, so that it starts at once', () => {
  const loaded = (args: readonly string[]): Set<string> => {
    const into = join(folder, args[0] ?? 'none');
    spawnSync(process.execPath, [CLI_ENTRY, ...args], { env: { ...process.env, NODE_V8_COVERAGE: into } });
    const urls = readdirSync(into).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(join(into, file), 'utf8')) as { result: { url: string }[] };
      return result.map(({ url }) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? '');
    });
    return new Set(urls.filter((name) => name !== ''));
  };
  assert.deepEqual(loaded(['--help']), new Set(['commander']));
  for (const command of ['record', 'replay', 'simulate']) {
    assert.deepEqual(loaded([command, '--help']), new Set(['commander']), command);
  }
  const inspecting = loaded(['inspect', SAMPLE_TAPE]);
  for (const name of ['undici', 'http-proxy', 'hdr-histogram-js'])
    assert.equal(inspecting.has(name), false, name);
});

test('all mistakes of a command line are reported at once, each in one sentence', async () => {
  const args = [
    'replay',
    SAMPLE_TAPE,
    'more',
    '--frob',
    '--repeat',
    '0',
    '--duration',
    '5s',
    '--requests',
    '3',
  ];
  const { code, stdout, stderr } = await runCli(args);
  assert.deepEqual([code, stdout], [1, '']);
  const lines = stderr.trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => /^reprise: (unknown|required|--\w+)/.exec(line)?.[1]),
    ['unknown', 'required', '--repeat', '--duration'],
    stderr,
  );
});

test('a defect of ours is exit code 70, with the stack and how to report it, and no secret', () => {
  const main = new URL('../../src/cli/main.ts', import.meta.url).href;
  const failing = {
    'in a command': `process.stdout.write = () => { throw new TypeError('planted') }; await main(['--version'])`,
    'outside of it': `setTimeout(() => Promise.reject(new TypeError('planted')), 200);
      process.argv.push('simulate', '--api-key', 'hush');
      await main(['simulate', '--listen', '127.0.0.1:0'])`,
  };
  const end = (source: string) => {
    const script = `import { main } from '${main}'; ${source}`;
    const options = { encoding: 'utf8', timeout: 20_000 } as const;
    return spawnSync(process.execPath, ['--input-type=module', '-e', script], options);
  };
  for (const [where, source] of Object.entries(failing)) {
    const { status, stderr } = end(source);
    assert.equal(status, 70, `${where}: ${stderr}`);
    assert.match(stderr, /reprise: internal error\. This is a defect of reprise.*please report it/, where);
    assert.match(stderr, /TypeError: planted\n +at /, where);
    assert.match(stderr, /reprise \d+\.\d+\.\d+, Node v/, where);
    assert.doesNotMatch(stderr, /hush/);
  }
  const full = `process.stdout.write = () => { throw Object.assign(new Error(), { code: 'SQLITE_FULL' }) }; await main(['--version'])`;
  const { status, stderr } = end(full);
  assert.deepEqual([status, stderr.split(':').slice(0, 2)], [1, ['reprise', ' a disk is full']], 'no defect');
});

test('with a JSON log an error is an entry of it', async () => {
  const { code, stderr } = await runCli(['record', '--upstream', 'nowhere', '--log', 'json']);
  assert.equal(code, 1);
  const { time: _time, ...entry } = JSON.parse(stderr);
  assert.deepEqual(entry, {
    level: 'error',
    message: '--upstream nowhere is not an HTTP address: write it as http://HOST:PORT',
    kind: 'usage',
    facts: { option: '--upstream', value: 'nowhere' },
    remedy: 'write it as http://HOST:PORT',
  });
});

test('only main prints data and ends the process; a second Ctrl-C ends it at once', () => {
  const files = globSync('src/**/*.ts', { cwd: new URL('../..', import.meta.url) });
  const using = (pattern: RegExp): string[] =>
    files
      .filter((file) => pattern.test(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')))
      .sort();
  // The process that writes the tape ends by itself.
  assert.deepEqual(using(/process\.exit(Code)?\b/), [
    'src/cli/main.ts',
    'src/cli/terminal/terminal.ts',
    'src/store/writing/serve-tape-process.ts',
  ]);
  assert.deepEqual(using(/process\.stdout\.write/), ['src/cli/terminal/terminal.ts']);
  // wrk, and its scripts, print while they run.
  assert.deepEqual(using(/\bprintData\(/), [
    'src/cli/main.ts',
    'src/cli/terminal/terminal.ts',
    'src/cli/wrk/run-wrk.ts',
  ]);
});
