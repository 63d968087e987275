import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTape } from '../../../src/store/tape-reader.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { sampleTape } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

test('--dry-run prints the plan, sends nothing and leaves the tape as it is', async () => {
  const path = sampleTape(folder, 'dry.sqlite');
  const args = ['replay', path, '--target', 'http://127.0.0.1:1', '--rate', '10/s', '--no-loop', '--dry-run'];
  const { code, stdout } = await runCli([...args, '--json']);
  assert.equal(code, 0);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(rows.length, 28);
  assert.deepEqual(
    rows.map(({ position }) => position),
    Array.from({ length: 28 }, (_, i) => i),
  );
  assert.match((await runCli(args)).stdout, /^open 10\/s\nposition {2}sent/);
  const tape = openTape(path);
  assert.equal(tape.runs().length, 12);
  tape.close();
});
