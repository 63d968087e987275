import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { reproCommands } from '../../src/report/repro-command.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

/** As of a tape whose runs do not have their command line. */
const runs = sampleSummaries('before').map((run) => ({
  ...run,
  settings: { ...run.settings, commandLine: [] as readonly string[] },
}));

test('the commands that made the runs, each once, as a shell takes them', () => {
  const [run] = runs;
  assert.ok(run !== undefined);
  const made = (...commandLine: readonly string[]) => ({
    ...run,
    settings: { ...run.settings, commandLine },
  });
  const first = made('replay', 't.sqlite', '--header', 'Authorization: …', '--rate', '5/s');
  assert.deepEqual(reproCommands('elsewhere.sqlite', [first, first, made('replay', 'b c'), run]), [
    "reprise replay t.sqlite --header 'Authorization: …' --rate 5/s",
    "reprise replay 'b c'",
    'reprise replay elsewhere.sqlite --target http://127.0.0.1:8000 --matrix 2x4 --duration 1s --timeout 30s --label before --repeat 1',
  ]);
});

test('where they are not stored, one a label, with its cells and repeats', () => {
  const wide = runs.map((run) => ({ ...run, cell: { threads: 10, connections: 200 } }));
  const after = runs.map((run) => ({ ...run, label: 'after' }));
  assert.deepEqual(reproCommands('t.sqlite', [...runs, ...wide, ...after.slice(1)]), [
    'reprise replay t.sqlite --target http://127.0.0.1:8000 --matrix 2x4,10x200 --duration 1s --timeout 30s --label before --repeat 3',
    'reprise replay t.sqlite --target http://127.0.0.1:8000 --matrix 2x4 --duration 1s --timeout 30s --label after --repeat 2',
  ]);
});

test('runs by number of requests, and times below a second', () => {
  const [run] = runs;
  assert.ok(run !== undefined);
  const settings = { ...run.settings, durationUs: null, requests: 24, timeoutUs: 1_500_000 };
  assert.match(reproCommands('t', [{ ...run, settings }])[0] ?? '', /--requests 24 --timeout 1500ms/);
});

test('a shell reads every word back as it was', () => {
  const [run] = runs;
  assert.ok(run !== undefined);
  for (const label of ["it's", '$(id)', 'a b', '`x`', '短文', '"', '\\', "\x1b[2J'\\\u202e\n"]) {
    const [command] = reproCommands('/tmp/my tape.sqlite', [{ ...run, label }]);
    const words = execFileSync('bash', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' }).split('\0');
    assert.equal(words[words.indexOf('--label') + 1], label);
    assert.equal(words[2], '/tmp/my tape.sqlite');
  }
});
