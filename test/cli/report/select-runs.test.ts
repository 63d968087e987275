import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectRuns } from '../../../src/cli/report/gather-report.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { sampleRun } from '../../helpers/sample-runs.ts';

const RUNS = [
  sampleRun({ id: 3, label: 'before' }),
  sampleRun({ id: 4, label: 'after' }),
  sampleRun({ id: 5, label: 'before' }),
];

function ids(word: string): number[] {
  return selectRuns(RUNS, word).map(({ id }) => id);
}

test('a label means all its runs, numbers mean runs in the order given', () => {
  assert.deepEqual(ids('before'), [3, 5]);
  assert.deepEqual(ids('5'), [5]);
  assert.deepEqual(ids('5,3'), [5, 3]);
});

test('what is not there is said together with what is', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['befor', /no run is labelled befor: the labels on this tape are before, after/],
    ['9', /there is no run 9 on this tape: its runs are 3 to 5/],
    ['3,', /no run is labelled 3,/],
  ];
  for (const [word, message] of cases) {
    assert.throws(
      () => ids(word),
      (error) => error instanceof UserError && message.test(error.message),
      word,
    );
  }
  assert.throws(() => selectRuns([], 'before'), /no run on this tape: reprise replay makes one/);
});
