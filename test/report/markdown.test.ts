import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from '../../src/compare/compare-runs.ts';
import { comparisonMarkdown, markdownReport } from '../../src/report/markdown.ts';
import { assertGolden } from '../helpers/golden.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

const before = sampleSummaries('before');

test('matrix and comparison as in the golden files', () => {
  assertGolden('report/golden/matrix.md', markdownReport(before));
  assertGolden('report/golden/matrix.zh.md', markdownReport(before, 'zh'));
  const comparison = compareRuns(
    { before: 'before', after: 'after' },
    before,
    sampleSummaries('after', { scale: 0.9, firstId: 11 }),
  );
  assertGolden('report/golden/comparison.md', comparisonMarkdown(comparison));
  assertGolden('report/golden/comparison.zh.md', comparisonMarkdown(comparison, 'zh'));
});

test('a label can neither break the table nor become markup', () => {
  const text = markdownReport(before.map((run) => ({ ...run, label: 'a|b <img> *c*\n# d' })));
  assert.match(text, /^### a\\\|b \\<img\\> \\\*c\\\*�\\# d: /);
});
