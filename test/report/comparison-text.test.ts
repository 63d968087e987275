import { test } from 'node:test';
import { compareRuns } from '../../src/compare/compare-runs.ts';
import { comparisonText } from '../../src/report/comparison-text.ts';
import { assertGolden } from '../helpers/golden.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

test('a regression as in the golden files', () => {
  const comparison = compareRuns(
    { before: 'before', after: 'after' },
    sampleSummaries('before'),
    sampleSummaries('after', { scale: 1.1, firstId: 11 }),
  );
  assertGolden('report/golden/comparison.txt', comparisonText(comparison));
  assertGolden('report/golden/comparison.zh.txt', comparisonText(comparison, 'zh'));
});
