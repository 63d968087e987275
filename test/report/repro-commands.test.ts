import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { reproCommands } from '../../src/report/environment-facts.ts';

const made = (...commandLine: readonly string[]) => ({ settings: { commandLine } });

test('the commands that made the runs, each once, as a shell takes them', () => {
  const first = made('replay', 't.sqlite', '--header', 'Authorization: …', '--rate', '5/s');
  assert.deepEqual(reproCommands([first, first, made('replay', 'b c')]), [
    "reprise replay t.sqlite --header 'Authorization: …' --rate 5/s",
    "reprise replay 'b c'",
  ]);
});

test('a shell reads every word back as it was', () => {
  for (const label of ["it's", '$(id)', 'a b', '`x`', '短文', '"', '\\', "\x1b[2J'\\\u202e\n"]) {
    const [command] = reproCommands([made('replay', '/tmp/my tape.sqlite', '--label', label)]);
    const words = execFileSync('bash', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' }).split('\0');
    assert.equal(words[words.indexOf('--label') + 1], label);
    assert.equal(words[2], '/tmp/my tape.sqlite');
  }
});
