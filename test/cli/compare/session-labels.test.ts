import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionLabels } from '../../../src/cli/compare/session-labels.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { sampleRun } from '../../helpers/sample-runs.ts';

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
