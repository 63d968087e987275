import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runSession, sessionLabels } from '../../../src/cli/compare/run-session.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { givenAa } from '../../helpers/given-options.ts';
import { sampleRun } from '../../helpers/sample-runs.ts';
import { sampleTape } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const KIND = { labels: { baseline: 'aa-a', candidate: 'aa-b' }, withBudget: true, exit: () => 0 };

function refused(path: string, options: Parameters<typeof givenAa>[0]) {
  return runSession(path, givenAa({ timeout: '1s', ...options }), KIND);
}

// What sessions do is told by the tests of the commands; here is what keeps one from beginning.
test('no tape, nothing to send, labels that the tape has, nowhere to write to: before any server is asked', async () => {
  const user = (words: RegExp) => (error: unknown) => error instanceof UserError && words.test(error.message);
  await assert.rejects(refused(join(folder, 'none.sqlite'), {}), user(/none\.sqlite/));
  const path = sampleTape(folder, 'tape.sqlite');
  await assert.rejects(
    refused(path, { select: ['model=none'] }),
    user(/--select model=none fits nothing on /),
  );
  await assert.rejects(refused(path, { labels: 'before,new' }), user(/labelled before/));
  const nowhere = join(folder, 'no-folder', 'summary.md');
  await assert.rejects(
    refused(path, { markdown: nowhere }),
    user(/--markdown .*summary\.md cannot be written/),
  );
});

const USUAL = { baseline: 'baseline', candidate: 'candidate' };
const runs = (...labels: readonly string[]) => labels.map((label) => sampleRun({ label }));

test('the usual ones, then with a number that neither arm has', () => {
  assert.deepEqual(sessionLabels([], null, USUAL), USUAL);
  assert.deepEqual(sessionLabels(runs('baseline', 'candidate-2'), null, USUAL), {
    baseline: 'baseline-3',
    candidate: 'candidate-3',
  });
});

test('asked ones are taken as they are, unless the tape has them', () => {
  const asked = { baseline: 'before', candidate: 'after' };
  assert.deepEqual(sessionLabels(runs('x'), asked, USUAL), asked);
  assert.throws(
    () => sessionLabels(runs('after'), asked, USUAL),
    (error) => {
      return error instanceof UserError && /labelled after/.test(error.message);
    },
  );
});
