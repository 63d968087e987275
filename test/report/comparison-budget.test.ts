import assert from 'node:assert/strict';
import { test } from 'node:test';
import { budgetOf } from '../../src/compare/session/budget.ts';
import { budgetTable } from '../../src/report/comparison-budget.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';

const english = messagesOf('en');

const rows = (perPair: readonly number[], pairSeconds: number): readonly string[] =>
  budgetTable(
    budgetOf([{ key: 'tpot', cell: { threads: 2, connections: 20 }, perPair }], pairSeconds, 0.05),
    english,
  ).rows[0] ?? [];

test('times in the unit that suits, hopeless plans in words', () => {
  assert.match(rows([-0.002, 0.002, 0.001], 10).at(-1) ?? '', /^3 \(30 s\)$/);
  assert.match(rows([-0.01, 0.01, 0.005], 95)[5] ?? '', /^\d+ \(\d+ min\)$/);
  assert.match(rows([-0.03, 0.03, 0.015], 600)[5] ?? '', /^\d+ \(\d+\.\d h\)$/);
  assert.equal(rows([-2, 2, 1], 10)[4], 'over 1,000');
});

test('effects stand in the header', () => {
  const { header } = budgetTable(
    budgetOf([{ key: 'tpot', cell: { threads: 2, connections: 20 }, perPair: [0, 0.01, 0.02] }], 10, 0.05),
    english,
  );
  assert.deepEqual(header.slice(4), ['2 %', '3 %', '5 %', '10 %']);
});
