import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from '../../src/compare/compare-runs.ts';
import { VERDICTS } from '../../src/compare/comparison.ts';
import { comparisonTables } from '../../src/report/comparison-rows.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

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
  assert.equal(table?.rows.length, 9);
  const [e2el] = table?.rows ?? [];
  assert.deepEqual([e2el?.[0], e2el?.[4], e2el?.[5]], ['E2EL p50', '–', 'inconclusive']);
  assert.equal(table?.rows[1]?.[5], '(inconclusive)');
});
