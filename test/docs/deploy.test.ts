import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { COMMANDS } from '../../src/cli/main.ts';
import { longName } from '../../src/cli/options.ts';

const ROOT = new URL('../../deploy/', import.meta.url);

/** Long options of a command. */
async function optionsOf(name: string): Promise<readonly string[]> {
  const command = await COMMANDS[name]?.load();
  return Object.values(command?.options ?? {}).flatMap(({ flags }) =>
    flags.map(({ flag }) => longName(flag)),
  );
}

test('what is deployed calls commands with options that they have', async () => {
  const files = globSync('{kubernetes,slurm}/*', { cwd: ROOT.pathname }).sort();
  assert.ok(files.length >= 4, files.join());
  for (const file of files) {
    const text = readFileSync(new URL(file, ROOT), 'utf8').replace(/^\s*#.*$/gm, '');
    // Arguments of a container, a line each, or a command line of a script.
    const calls = [
      ...text.matchAll(/- (record|replay)\n((?:\s+- .*\n)+)/g),
      ...text.matchAll(/\$program (\w+) (.*)/g),
    ].map(([, name = '', words = '']) => ({ name, words: words.match(/(?<=[\s"])--[\w-]+/g) ?? [] }));
    assert.ok(calls.length > 0, file);
    for (const { name, words } of calls) {
      assert.ok(words.length > 0, `${file}: ${name}`);
      const known = await optionsOf(name);
      assert.deepEqual(
        words.filter((word) => !known.includes(word)),
        [],
        `${file}: ${name}`,
      );
    }
  }
});

test('the number of pods, of completions and of shards is one', () => {
  const job = readFileSync(new URL('kubernetes/replay-job.yaml', ROOT), 'utf8');
  const numbers = ['completions', 'parallelism'].map(
    (key) => new RegExp(`^  ${key}: (\\d+)$`, 'm').exec(job)?.[1],
  );
  assert.deepEqual(numbers, Array(2).fill(/SHARDS, value: "(\d+)"/.exec(job)?.[1]));
});

test('a recorder has longer to end than its drain takes', () => {
  for (const file of ['recorder.yaml', 'recorder-sidecar.yaml']) {
    const text = readFileSync(new URL(`kubernetes/${file}`, ROOT), 'utf8');
    const drain = Number(/--drain=(\d+)s/.exec(text)?.[1]);
    const grace = Number(/terminationGracePeriodSeconds: (\d+)/.exec(text)?.[1]);
    assert.ok(grace > drain && drain > 0, file);
  }
});
