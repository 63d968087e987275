import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from '../../../src/compare/compare-runs.ts';
import { VERDICTS } from '../../../src/compare/comparison.ts';
import { chineseComparisonSentence } from '../../../src/report/messages/chinese-comparison-sentence.ts';
import { sampleSummaries } from '../../helpers/sample-runs.ts';

const compared = (scale: number, count = 3) =>
  compareRuns(
    { before: 'v1', after: 'v2' },
    sampleSummaries('v1'),
    sampleSummaries('v2', { scale, count, firstId: 11 }),
  );

test('the verdict first, then the figure that the English sentence has', () => {
  const slower = compared(1.1);
  assert.equal(
    chineseComparisonSentence(slower),
    'v2 比 v1 慢：TPOT p50 +10.2%（测试项 2x4，95% 置信区间 +9.4% 至 +11.0%）。',
  );
  for (const figure of slower.sentence.match(/[+−][\d.]+/g) ?? assert.fail()) {
    assert.ok(chineseComparisonSentence(slower).includes(figure), figure);
  }
  assert.match(chineseComparisonSentence(compared(0.9)), /^v2 比 v1 快：/);
});

test('every verdict has a sentence, and too few runs are named', () => {
  const slower = compared(1.1);
  const said = VERDICTS.map((verdict) => chineseComparisonSentence({ ...slower, verdict }));
  assert.equal(new Set(said).size, VERDICTS.length);
  for (const sentence of said) assert.match(sentence, /v[12].*[\u4e00-\u9fff].*。$/);
  assert.match(chineseComparisonSentence(compared(1, 2)), /^不下结论：.*3 次有效运行.*--repeat 3/);
  assert.match(chineseComparisonSentence({ ...slower, verdict: 'invalid', cells: [] }), /没有共同的测试项/);
});

test('an improvement beside a regression does not go unsaid', () => {
  const [cell = assert.fail()] = compared(1.1).cells;
  const { ttftP50 = assert.fail() } = cell.metrics;
  const better = { ...ttftP50, verdict: 'improvement', ratio: 0.8, low: 0.7, high: 0.9 } as const;
  const mixed = { ...compared(1.1), cells: [{ ...cell, metrics: { ...cell.metrics, ttftP50: better } }] };
  assert.match(chineseComparisonSentence(mixed), /；但另一项指标变好：TTFT p50 −20\.0%/);
});
