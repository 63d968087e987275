import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { quickSimulator } from '../helpers/quick-simulator.ts';
import { CLI_ENTRY } from '../helpers/run-cli.ts';
import { sampleTape } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));
const deployed = (...path: readonly string[]): string => readFileSync(join(DEPLOY, ...path), 'utf8');

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: { readonly verdict: { readonly value: string } };
  readonly runs: { readonly steps: readonly Step[] };
}

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly shell?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const { inputs: INPUTS, outputs, runs } = parse(deployed('action', 'action.yml')) as Action;
const [STEP = {}] = runs.steps.filter(({ run }) => run !== undefined);

test('the step has every variable that its script reads, from inputs that exist', () => {
  const env = STEP.env ?? {};
  const read = new Set(deployed('action', 'gate.sh').match(/(?<=\$\{?)GATE_[A-Z]+/g));
  assert.deepEqual([...read].filter((name) => name !== 'GATE_PROGRAM').sort(), Object.keys(env).sort());
  assert.deepEqual(
    Object.values(env)
      .map((value) => /^\$\{\{ inputs\.([a-z]+) \}\}$/.exec(value)?.[1])
      .sort(),
    Object.keys(INPUTS).sort(),
  );
  assert.deepEqual([STEP.shell, outputs.verdict.value], ['bash', `\${{ steps.${STEP.id}.outputs.verdict }}`]);
});

/** Runs a script as a runner does, with a program in place of npm's that prints its arguments and ends with a code by the first. */
async function runScript(
  script: string,
  env: Readonly<Record<string, string>>,
  codes: Readonly<Record<string, number>> = {},
) {
  const folder = tempFolder();
  const cases = Object.entries(codes).map(([command, code]) => `${command}) exit ${code} ;;`);
  const program = `printf '[%s]' "$@"; echo\ncase $1 in ${cases.join(' ')} esac\n`;
  const at = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o755 });
    return join(folder, name);
  };
  const [output, summary] = [at('output', ''), at('summary', '')];
  const cwd = join(folder, 'work');
  mkdirSync(cwd);
  at('npx', `#!/bin/sh\nshift 2\n${program}`);
  // As the runner's "bash" does.
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', at('step.sh', script)], {
    cwd,
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      GITHUB_ACTION_PATH: join(DEPLOY, 'action'),
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      ...env,
    },
  });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  assert.deepEqual(readdirSync(cwd), [], 'no input is run as a command');
  return {
    status,
    stdout,
    stderr,
    calls: stdout.split('\n').filter((line) => line.startsWith('[')),
    errors: stdout.split('\n').filter((line) => line.startsWith('::error')),
    output: readFileSync(output, 'utf8').trim(),
    summary: readFileSync(summary, 'utf8'),
  };
}

/** Runs the step of the action with these inputs. */
function gate(
  codes: Readonly<Record<string, number>>,
  given: Readonly<Record<string, string>> = {},
  more: Readonly<Record<string, string>> = {},
) {
  const inputs: Readonly<Record<string, string>> = {
    tape: 'my tape.sqlite',
    target: 'http://h',
    label: 'ci-1',
    ...given,
  };
  const env = Object.entries(STEP.env ?? {}).map(([name, value]) => [
    name,
    value.replace(
      /\$\{\{ inputs\.([a-z]+) \}\}/,
      (_, input: string) => inputs[input] ?? INPUTS[input]?.default ?? '',
    ),
  ]);
  return runScript(STEP.run ?? '', { ...Object.fromEntries(env), ...more }, codes);
}

test('the gate replays, compares, and ends with the exit code of the verdict', async () => {
  const options =
    '--connections  20,100 \n\n  --select model=a since=10m\r\n--no-test\n--set x="; touch y"\n';
  const { status, calls, stderr, output } = await gate({ compare: 2 }, { options });
  assert.deepEqual([status, output, stderr], [2, 'verdict=regression', '']);
  assert.deepEqual(calls, [
    `[replay][--target][http://h][--label][ci-1][--repeat][3][--connections][20,100][--select][model=a since=10m][--no-test][--set][x="; touch y"][--][my tape.sqlite]`,
    '[compare][--format][github][--][my tape.sqlite][before][ci-1]',
  ]);
  const two = await gate({ ab: 0 }, { baseline: 'http://b' });
  assert.deepEqual(two.calls, [
    '[ab][--baseline][http://b][--candidate][http://h][--format][github][--][my tape.sqlite]',
  ]);
  assert.deepEqual([two.status, two.output, two.errors], [0, 'verdict=passed', []]);
});

test('the gate compares in spite of invalid runs, and not after a replay that failed', async () => {
  const invalid = await gate({ replay: 4 });
  assert.deepEqual([invalid.status, invalid.calls.length], [0, 2]);
  const failed = await gate({ replay: 1 });
  assert.deepEqual([failed.status, failed.calls.length, failed.output], [1, 1, 'verdict=error']);
  assert.deepEqual(failed.errors, ['::error title=reprise::there is no verdict (exit code 1), see the log']);
  assert.equal((await gate({ ab: 70 }, { baseline: 'http://b' })).errors.length, 1);
  assert.equal((await gate({ compare: 3 })).status, 3);
  const passed = await gate({ compare: 3 }, { inconclusive: 'pass' });
  assert.deepEqual([passed.status, passed.output], [0, 'verdict=inconclusive']);
});

test('inputs are never read as commands or as options', async () => {
  const tricks = ['$(touch pwned)', '"; touch pwned; "', '`touch pwned`', "'", '--help', '*', '::error::x'];
  for (const trick of tricks) {
    const { calls, status, errors } = await gate(
      {},
      { tape: trick, before: trick, label: trick, target: trick },
    );
    assert.equal(status, 0);
    assert.deepEqual(calls[1], `[compare][--format][github][--][${trick}][${trick}][${trick}]`);
    assert.deepEqual(errors, []);
  }
});

test('the step runs the program: annotations, a summary, the verdict', async () => {
  const { url } = await quickSimulator();
  const tape = sampleTape(tempFolder(), 'my tape; exit 0.sqlite');
  const program = join(tempFolder(), 'reprise');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${CLI_ENTRY}' "$@"\n`, { mode: 0o755 });
  const options = '--connections 2\n--requests 8';
  const { status, stdout, stderr, errors, output, summary } = await gate(
    {},
    { tape, target: url.href, options, repeat: '1' },
    { GATE_PROGRAM: program },
  );
  assert.deepEqual([status, output], [4, 'verdict=invalid'], `${stdout}\n${stderr}`);
  assert.match(errors[0] ?? '', /^::error title=reprise%3A /);
  assert.match(summary, /ci-1/);
});

test('the job for GitLab runs to the verdict; only an inconclusive one is allowed to fail', async () => {
  const file = deployed('gitlab', 'gate.gitlab-ci.yml');
  // GitLab's YAML is Ruby's, which reads 20,100 as 20100.
  assert.doesNotMatch(file, /^ +\w+: [\d,_]+$/m);
  const { '.reprise-gate': job } = parse(file) as Record<
    string,
    {
      readonly allow_failure: unknown;
      readonly script: readonly string[];
      readonly variables: Record<string, string>;
    }
  >;
  assert.deepEqual(job?.allow_failure, { exit_codes: [3] });
  const env = { ...job.variables, TARGET: 'http://h; touch pwned', CI_JOB_ID: '7' };
  const run = (codes: Readonly<Record<string, number>>) => runScript(job.script.join('\n'), env, codes);
  const [inconclusive, failed] = await Promise.all([run({ replay: 4, compare: 3 }), run({ replay: 1 })]);
  assert.deepEqual([inconclusive.status, failed.status, failed.calls.length], [3, 1, 1]);
  assert.deepEqual(inconclusive.calls, [
    '[replay][recordings/monday.sqlite][--target][http://h; touch pwned][--label][ci-7][--repeat][3]',
    '[report][recordings/monday.sqlite][--label][ci-7][--format][html][--out][report.html]',
    '[compare][recordings/monday.sqlite][before][ci-7]',
  ]);
});
