import { test } from 'node:test';
import { budgetOf, type PilotMetric } from '../../src/compare/session/budget.ts';
import { budgetText, sessionText } from '../../src/report/comparison-session-text.ts';
import { assertGolden } from '../helpers/golden.ts';
import { sampleSession } from '../helpers/sample-session.ts';

test('a session with everything that can be told, as in the golden files', () => {
  assertGolden('report/golden/session.txt', sessionText(sampleSession()));
  assertGolden('report/golden/session.zh.txt', sessionText(sampleSession(), 'zh'));
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
