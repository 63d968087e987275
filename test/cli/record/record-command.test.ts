import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { quickSimulator } from '../../helpers/quick-simulator.ts';
import { assertRefused } from '../../helpers/refusals.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

test('words it cannot mean leave no tape behind', async () => {
  const { url: upstream } = await quickSimulator();
  const taken = join(folder, 'taken.sqlite');
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['--upstream', 'localhost:8000', '--out', taken], /--upstream localhost:8000/],
    [['--upstream', upstream.href, '--listen', 'x:y', '--out', taken], /--listen x:y/],
    [
      ['--upstream', upstream.href, '--listen', upstream.host, '--out', taken],
      /port \d+ on 127\.0\.0\.1 is already in use/,
    ],
    [['--upstream', upstream.href, '--append'], /--append/],
  ];
  await assertRefused(
    cases.map(([args, words]) => [['record', ...args], words]),
    { cwd: folder },
  );
  assert.equal(existsSync(taken), false);
  assert.equal(existsSync(join(folder, 'recordings')), false);
});
