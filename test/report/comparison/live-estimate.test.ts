import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeSession } from '../../../src/compare/session/judge-session.ts';
import { estimateLines, estimateSentence } from '../../../src/report/comparison/live-estimate.ts';
import { noisyRatios, RULES, sampleCell } from '../../helpers/sample-pairs.ts';

const standing = (ratios: readonly number[], ended = false) =>
  judgeSession({ baseline: 'a', candidate: 'b' }, { cells: [sampleCell(ratios)], ended }, RULES);

test('the estimate with its interval, against no change and the margin', () => {
  const [line] = estimateLines(standing(noisyRatios(1.05).slice(0, 4)));
  assert.equal(
    line,
    '2x20 TPOT +4.8 % (+3.3 % to +6.4 %)  −10 %               ┊     │     ┊├──●──┤        +10 %',
  );
  const [wide] = estimateLines(standing([1, 1.3, 0.9]));
  assert.match(wide ?? '', /−100 % .*├─+┊│●─+┤.* \+100 %$/);
});

test('before there is an interval only the figure, and before there is a figure only that', () => {
  assert.deepEqual(estimateLines(standing([1.05])), ['2x20 TPOT +5.0 %']);
  assert.deepEqual(estimateLines(standing([])), ['2x20  no valid pair yet']);
});

test('between looks it is called an estimate', () => {
  assert.match(estimateSentence(standing([1.05])), /^2x20 TPOT \+5\.0 % \(an estimate, not a verdict\)$/);
  assert.match(estimateSentence(standing(noisyRatios(1.05), true)), /^2x20 TPOT \+5\.0 % \(.*\)$/);
});
