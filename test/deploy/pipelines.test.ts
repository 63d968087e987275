import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { tempFolder } from '../helpers/temp-folder.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));
const GATE = join(DEPLOY, 'action', 'gate.sh');
const folder = tempFolder();

interface Step {
  readonly env?: Readonly<Record<string, string>>;
}

test('the action gives its script every variable that the script reads, from inputs that exist', () => {
  const { inputs, runs } = parse(readFileSync(join(DEPLOY, 'action', 'action.yml'), 'utf8')) as {
    readonly inputs: object;
    readonly runs: { readonly steps: readonly Step[] };
  };
  const env = runs.steps.at(-1)?.env ?? {};
  const read = new Set(readFileSync(GATE, 'utf8').match(/(?<=\$\{?)GATE_[A-Z]+/g));
  assert.deepEqual([...read].filter((name) => name !== 'GATE_PROGRAM').sort(), Object.keys(env).sort());
  assert.deepEqual(
    Object.values(env)
      .map((value) => /^\$\{\{ inputs\.([a-z]+) \}\}$/.exec(value)?.[1])
      .sort(),
    Object.keys(inputs).sort(),
  );
});

/** Runs the gate with a program that prints its arguments and ends with a code of its first one. */
function gate(codes: Readonly<Record<string, number>>, inputs: Readonly<Record<string, string>> = {}) {
  const program = join(folder, 'program');
  const cases = Object.entries(codes).map(([command, code]) => `${command}) exit ${code} ;;`);
  writeFileSync(program, `#!/bin/sh\nprintf '[%s]' "$@"; echo\ncase $1 in ${cases.join(' ')} esac\n`, {
    mode: 0o755,
  });
  const output = join(folder, 'output');
  writeFileSync(output, '');
  const { status, stdout, stderr } = spawnSync('bash', [GATE], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      GITHUB_OUTPUT: output,
      GATE_PROGRAM: program,
      GATE_TAPE: 'my tape.sqlite',
      GATE_TARGET: 'http://h',
      GATE_BASELINE: '',
      GATE_BEFORE: 'before',
      GATE_LABEL: 'ci-1',
      GATE_OPTIONS: '',
      GATE_REPEAT: '3',
      GATE_INCONCLUSIVE: 'fail',
      GATE_VERSION: 'latest',
      ...inputs,
    },
  });
  return { status, calls: stdout.trim().split('\n'), stderr, output: readFileSync(output, 'utf8').trim() };
}

test('the gate replays, compares, and ends with the exit code of the verdict', () => {
  const options = '--connections 20,100\n\n  --select model=a since=10m\n--no-test\n';
  const { status, calls, stderr, output } = gate({ compare: 2 }, { GATE_OPTIONS: options });
  assert.deepEqual([status, output, stderr], [2, 'verdict=regression', '']);
  assert.deepEqual(calls, [
    '[replay][my tape.sqlite][--target][http://h][--label][ci-1][--repeat][3][--connections][20,100][--select][model=a since=10m][--no-test]',
    '[compare][my tape.sqlite][before][ci-1][--format][github]',
  ]);
  const two = gate({ ab: 0 }, { GATE_BASELINE: 'http://b' });
  assert.deepEqual(two.calls, [
    '[ab][my tape.sqlite][--baseline][http://b][--candidate][http://h][--format][github]',
  ]);
  assert.deepEqual([two.status, two.output], [0, 'verdict=passed']);
});

test('the gate compares in spite of invalid runs, and not after a replay that failed', () => {
  assert.deepEqual([gate({ replay: 4 }).status, gate({ replay: 4 }).calls.length], [0, 2]);
  const failed = gate({ replay: 1 });
  assert.deepEqual([failed.status, failed.output], [1, 'verdict=error']);
  assert.match(failed.calls[1] ?? '', /^::error title=reprise::the replay ended with exit code 1/);
  assert.equal(gate({ compare: 3 }).status, 3);
  const passed = gate({ compare: 3 }, { GATE_INCONCLUSIVE: 'pass' });
  assert.deepEqual([passed.status, passed.output], [0, 'verdict=inconclusive']);
});

test('the job for GitLab is YAML, and only an inconclusive result is allowed to fail', () => {
  const jobs = parse(readFileSync(join(DEPLOY, 'gitlab', 'gate.gitlab-ci.yml'), 'utf8')) as Record<
    string,
    { readonly allow_failure: unknown; readonly script: readonly string[] }
  >;
  const job = jobs['.reprise-gate'];
  assert.deepEqual(job?.allow_failure, { exit_codes: [3] });
  assert.ok(job.script.every((line) => line.startsWith('npx --yes reprise ')));
});
