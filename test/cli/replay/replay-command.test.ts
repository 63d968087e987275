import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTapeThread } from '../../../src/cli/tape-file.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { unusedUrl } from '../../helpers/local-server.ts';
import { assertRefused } from '../../helpers/refusals.ts';
import { SAMPLE_TAPE, sampleTape } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

test('options that are wrong, and a target that does not answer', async () => {
  const absent = await unusedUrl();
  const empty = join(folder, 'empty.sqlite');
  await (await openTapeThread(empty, 'create')).close();
  const path = sampleTape(folder, 'wrong.sqlite');
  const target = ['--target', absent.href];
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[path, ...target], new RegExp(absent.host)],
    [[path, '--target', 'host:1'], /--target host:1/],
    [[path, ...target, '--threads', '10', '--connections', '4'], /--connections 4 is less than --threads 10/],
    [[path, ...target, '--matrix', '10x4'], /--matrix 10x4 /],
    [[path, ...target, '--matrix', '10-20'], /--matrix 10-20/],
    [[path, ...target, '--duration', 'soon'], /--duration soon/],
    [[path, ...target, '--requests', '0'], /--requests 0/],
    [[path, ...target, '--timeout', '0s'], /--timeout 0s/],
    [[path, ...target, '--repeat', '-1'], /--repeat -1/],
    [[path, ...target, '--header', 'nonsense'], /--header … is not a header/],
    [[path, ...target, '--label', ''], /--label/],
    [[path, ...target, '--api-key-env', 'REPRISE_NOT_SET'], /REPRISE_NOT_SET/],
    [[empty, ...target], /empty\.sqlite holds no exchange/],
  ];
  await assertRefused(cases.map(([args, words]) => [['replay', ...args], words]));
  const [tape, untouched] = [openTape(path), openTape(SAMPLE_TAPE)];
  assert.equal(tape.runs().length, untouched.runs().length);
  tape.close();
  untouched.close();
});
