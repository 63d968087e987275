import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from '../../../src/compare/compare-runs.ts';
import { VERDICTS } from '../../../src/compare/judge.ts';
import { budgetOf } from '../../../src/compare/session/budget.ts';
import {
  budgetTable,
  comparisonTables,
  noteTexts,
} from '../../../src/report/comparison/comparison-tables.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { sampleSummaries } from '../../helpers/sample-runs.ts';

const english = messagesOf('en');

test('every verdict has its word', () => {
  assert.deepEqual(Object.keys(english.comparison.verdicts), [...VERDICTS]);
});

test('a row per metric; those that only describe have their verdict in parentheses', () => {
  const comparison = compareRuns(
    { before: 'a', after: 'b' },
    sampleSummaries('a'),
    sampleSummaries('b', { firstId: 11, count: 2 }),
  );
  const [table] = comparisonTables(comparison, english);
  assert.equal(table?.title, '2x4: inconclusive (3 valid runs of a, 2 of b)');
  // Too few requests for a p99: what no table shows is not compared.
  assert.equal(table?.rows.length, 6);
  const [e2el] = table?.rows ?? [];
  assert.deepEqual([e2el?.[0], e2el?.[4], e2el?.[5]], ['E2EL p50', '–', 'inconclusive']);
  assert.equal(table?.rows[1]?.[5], '(inconclusive)');
  assert.match(table?.notes[0] ?? '', /^In parentheses: /);
});

test('runs that are left out for alike reasons are one note', () => {
  const late = (run: number, p99Ms: number) =>
    ({ kind: 'runLeftOut', run, reasons: [{ kind: 'loopLate', p99Ms, limitMs: 5, tryWorkers: 2 }] }) as const;
  const none = { kind: 'runLeftOut', run: 9, reasons: [{ kind: 'noneSucceeded' }] } as const;
  const [alike = '', other, ...more] = noteTexts([late(3, 15.5), none, late(11, 14.3)], english);
  assert.match(alike, /^runs 3, 11 are left out; run 3: the load generator’s event loop was 15\.5 ms late/);
  assert.deepEqual([other, more], ['run 9 is left out: no request succeeded', []]);
});

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

test('effects are in the header', () => {
  const { header } = budgetTable(
    budgetOf([{ key: 'tpot', cell: { threads: 2, connections: 20 }, perPair: [0, 0.01, 0.02] }], 10, 0.05),
    english,
  );
  assert.deepEqual(header.slice(4), ['2 %', '3 %', '5 %', '10 %']);
});
