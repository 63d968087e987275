import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from '../../../src/compare/compare-runs.ts';
import { budgetOf, type PilotMetric } from '../../../src/compare/session/budget.ts';
import {
  budgetMarkdown,
  budgetText,
  comparisonMarkdown,
  comparisonText,
  sessionMarkdown,
  sessionText,
} from '../../../src/report/comparison/comparison-text.ts';
import { assertGolden } from '../../helpers/golden.ts';
import { sampleSummaries } from '../../helpers/sample-runs.ts';
import { sampleSession } from '../../helpers/sample-session.ts';

const compared = (scale: number) => {
  const before = sampleSummaries('before');
  const after = sampleSummaries('after', { scale, firstId: 11 });
  const comparison = compareRuns({ before: 'before', after: 'after' }, before, after);
  return { comparison, changed: [], runs: [...before, ...after] };
};

test('a regression and an improvement as in the golden files', () => {
  assertGolden('report/golden/comparison.txt', comparisonText(compared(1.1), 'en', { all: true }));
  assertGolden('report/golden/comparison.zh.txt', comparisonText(compared(1.1), 'zh', { all: true }));
  assertGolden('report/golden/comparison.md', comparisonMarkdown(compared(0.9)));
  assertGolden('report/golden/comparison.zh.md', comparisonMarkdown(compared(0.9), 'zh'));
});

test('a session with every section, as in the golden files', () => {
  assertGolden('report/golden/session.txt', sessionText(sampleSession()));
  assertGolden('report/golden/session.zh.txt', sessionText(sampleSession(), 'zh'));
  assertGolden('report/golden/session.md', sessionMarkdown(sampleSession()));
  assertGolden('report/golden/session.zh.md', sessionMarkdown(sampleSession(), 'zh'));
});

test('a budget as in the golden files', () => {
  const pilot: readonly PilotMetric[] = [
    { key: 'tpot', cell: { threads: 2, connections: 20 }, perPair: [-0.006, 0.004, 0.001] },
    { key: 'longestStall', cell: { threads: 2, connections: 20 }, perPair: [-0.2, 0.3, 0.05] },
  ];
  const budget = budgetOf(pilot, 95, 0.0125);
  assertGolden('report/golden/budget.txt', budgetText(budget));
  assertGolden('report/golden/budget.zh.txt', budgetText(budget, 'zh'));
});

test('a budget is a table', () => {
  const text = budgetMarkdown(
    budgetOf(
      [{ key: 'tpot', cell: { threads: 2, connections: 20 }, perPair: [-0.006, 0.004, 0.001] }],
      95,
      0.05,
    ),
  );
  assert.match(text, /^#### Pairs and time .*\n\n\| metric \| noise \|/);
  assert.match(text, /\n\| TPOT \| 0\.5\u00a0% \| 1\.1\u00a0% \|/);
});

test('texts of a server can neither break the table nor become markup', () => {
  const [change = assert.fail()] = sampleSession().changes;
  const text = sessionMarkdown({
    ...sampleSession(),
    conclusion: { kind: 'open', before: 'a', after: '<b>\u001b[31m|' },
    changes: [{ ...change, baseline: 'a|b', candidate: '<img src=x>\n# c' }],
  });
  assert.match(text, /\n- No verdict: nothing shows whether \\<b\\>�\\\[31m\\\| is slower/);
  assert.match(text, /\| a\\\|b \| \\<img src=x\\>�\\# c \|/);
});
