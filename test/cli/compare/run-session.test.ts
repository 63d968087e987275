import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { aaSettings } from '../../../src/cli/compare/pair-settings.ts';
import { runSession } from '../../../src/cli/compare/run-session.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { sampleTape } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const USUAL = { baseline: 'aa-a', candidate: 'aa-b' };
const PAGES = { text: () => '', json: () => '', markdown: () => '', exit: () => 0 };

interface Words {
  readonly select?: readonly string[];
  readonly labels?: string;
  readonly markdown?: string;
}

function refused(path: string, options: Words) {
  const words = { target: 'http://127.0.0.1:9', primary: 'tpot', timeout: '1s', ...options };
  return runSession(path, aaSettings(words, {}), USUAL, PAGES);
}

// What sessions do is told by the tests of the commands; here is what keeps one from beginning.
test('no tape, nothing to send, labels that the tape has, nowhere to write to: before any server is asked', async () => {
  const user = (words: RegExp) => (error: unknown) => error instanceof UserError && words.test(error.message);
  await assert.rejects(refused(join(folder, 'none.sqlite'), {}), user(/none\.sqlite/));
  const path = sampleTape(folder, 'tape.sqlite');
  await assert.rejects(refused(path, { select: ['model=none'] }), user(/nothing on .* can be replayed/));
  await assert.rejects(refused(path, { labels: 'before,new' }), user(/labelled before/));
  const nowhere = join(folder, 'no-folder', 'summary.md');
  await assert.rejects(
    refused(path, { markdown: nowhere }),
    user(/--markdown .*summary\.md cannot be written/),
  );
});
