import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  gatingFamily,
  RULES as JUDGING,
  judgeCells,
  verdictOfCell,
  verdictOfCells,
} from '../../src/compare/judge.ts';
import { type MeasuredCellPairs, measureCell } from '../../src/compare/session/measure-cell.ts';
import { noisyRatios, RULES, sampleCell } from '../helpers/sample-pairs.ts';

const measured = (around: number, overrides: Partial<MeasuredCellPairs> = {}): MeasuredCellPairs => ({
  ...measureCell(sampleCell(noisyRatios(around)), [], RULES, true),
  ...overrides,
});

const judged = (cell: MeasuredCellPairs) => {
  const verdicts = judgeCells([cell], JUDGING);
  const of = (key: string) =>
    verdicts.get(cell.metrics.find(({ metric }) => metric.key === key) ?? assert.fail());
  return { of, cell: verdictOfCell(cell, verdicts) };
};

test('slower is a regression, of latencies that rise and of throughput that falls', () => {
  const { of, cell } = judged(measured(1.1));
  for (const key of ['tpot', 'ttft', 'longestStall', 'servedOutputTokensPerSec', 'e2el']) {
    assert.equal(of(key), 'regression', key);
  }
  assert.equal(cell, 'regression');
  assert.equal(judged(measured(0.9)).cell, 'improvement');
  assert.equal(judged(measured(1)).cell, 'equivalent');
});

test('gating metrics of all cells are one family: many calm ones make the same evidence weaker', () => {
  const weak = measureCell(sampleCell(noisyRatios(1).map((noise) => 1.034 * noise ** 2)), [], RULES, true);
  assert.equal(judgeCells([weak], JUDGING).get(weak.primary ?? assert.fail()), 'regression');
  const noisy = (): MeasuredCellPairs =>
    measureCell(sampleCell(noisyRatios(1).map((ratio) => ratio ** 9)), [], RULES, true);
  const cells = [weak, ...Array.from({ length: 30 }, noisy)];
  assert.equal(gatingFamily(cells).length, 31 * 4);
  assert.notEqual(judgeCells(cells, JUDGING).get(weak.primary ?? assert.fail()), 'regression');
});

test('whether the arms are equal is asked of the primary metric; a regression of any is one', () => {
  const cell = measured(1);
  const verdicts = new Map(judgeCells([cell], JUDGING));
  const set = (key: string, verdict: 'inconclusive' | 'regression' | 'small'): void => {
    verdicts.set(cell.metrics.find(({ metric }) => metric.key === key) ?? assert.fail(), verdict);
  };
  set('longestStall', 'inconclusive');
  assert.equal(verdictOfCell(cell, verdicts), 'equivalent');
  set('tpot', 'small');
  assert.equal(verdictOfCell(cell, verdicts), 'small');
  // A metric that only describes decides nothing.
  set('e2el', 'regression');
  assert.equal(verdictOfCell(cell, verdicts), 'small');
  set('longestStall', 'regression');
  assert.equal(verdictOfCell(cell, verdicts), 'regression');
});

test('an invalid cell is judged by nothing; before a look nothing is judged', () => {
  const cell = measured(1.1, { invalid: [{ kind: 'models', baseline: 'a', candidate: 'b' }] });
  const verdicts = judgeCells([cell], JUDGING);
  assert.ok([...verdicts.values()].every((verdict) => verdict === 'invalid'));
  assert.equal(verdictOfCell(cell, verdicts), 'invalid');
  const early = measured(1.1);
  assert.equal(verdictOfCell(early, judgeCells([early], null)), 'inconclusive');
});

test('over cells a regression decides, and what is invalid somewhere cannot be called good', () => {
  assert.equal(verdictOfCells(['regression', 'invalid']), 'regression');
  assert.equal(verdictOfCells(['improvement', 'invalid']), 'invalid');
  assert.equal(verdictOfCells(['improvement', 'inconclusive']), 'improvement');
  assert.equal(verdictOfCells(['equivalent', 'small']), 'small');
  assert.equal(verdictOfCells([]), 'invalid');
});
