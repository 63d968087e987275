import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComparedKey } from '../../../src/compare/compared-metrics.ts';
import { RULES as JUDGING, judgeCells } from '../../../src/compare/judge.ts';
import type { CellPairs } from '../../../src/compare/session/arm-run.ts';
import { measureCell } from '../../../src/compare/session/measure-cell.ts';
import { type PairedMetricComparison, pairedCell } from '../../../src/compare/session/paired-cell.ts';
import { noisyRatios, RULES, sampleCell, sampleColumns } from '../../helpers/sample-pairs.ts';

const told = (cell: CellPairs) => {
  const measured = measureCell(cell, [], RULES, true);
  const verdicts = judgeCells([measured], JUDGING);
  return pairedCell(measured, { verdicts, margins: RULES.margins, level: 0.95, alphaEach: 0.0125 });
};
const metric = (cell: CellPairs, key: ComparedKey = 'tpot'): PairedMetricComparison =>
  told(cell).metrics[key] ?? assert.fail(key);

test('the pairs, both tests, and both intervals', () => {
  const ratios = noisyRatios(1.1);
  const tpot = metric(sampleCell(ratios));
  tpot.pairs.forEach((ratio, k) => {
    assert.ok(Math.abs(ratio - (ratios[k] ?? 0)) < 1e-9);
  });
  assert.ok(tpot.p !== null && tpot.p < 1e-5);
  assert.equal(tpot.signFlipP, 2 / 64);
  const { equivalence, low, high } = tpot;
  assert.ok(low !== null && high !== null && equivalence !== null);
  assert.ok(low < equivalence.low && equivalence.high < high);
  assert.deepEqual([tpot.outlyingPairs, tpot.robustRatio], [[], null]);
});

test('an outlying pair is named, counted, and the robust estimate stands beside', () => {
  const tpot = metric(sampleCell(noisyRatios(1).with(2, 1.5)));
  assert.deepEqual(tpot.outlyingPairs, [3]);
  assert.equal(tpot.pairs.length, 6);
  assert.ok(tpot.ratio > 1.06 && tpot.robustRatio !== null && tpot.robustRatio < 1.02);
});

test('how many more pairs are needed is told where the verdict is open', () => {
  const open = metric(sampleCell(noisyRatios(1).map((ratio) => ratio ** 5)));
  assert.equal(open.verdict, 'inconclusive');
  assert.ok(open.pairsNeeded !== null && open.pairsNeeded > 10);
  assert.ok(open.detectable !== null && open.detectable > 0.05);
  assert.equal(metric(sampleCell(noisyRatios(1))).pairsNeeded, null);
  // Six pairs would have found 3 %, but this estimate lies between nothing and the margin.
  const between = metric(sampleCell(noisyRatios(1).map((ratio) => 1.0175 * ratio ** 1.9)));
  assert.equal(between.verdict, 'inconclusive');
  assert.ok((between.detectable ?? 1) < 0.035 && between.pairsNeeded !== null && between.pairsNeeded >= 1);
  const hopeless = metric(sampleCell(noisyRatios(1).map((ratio) => ratio ** 100)));
  assert.equal(hopeless.pairsNeeded, null);
});

test('below three pairs there are figures only', () => {
  const tpot = metric(sampleCell([1.1, 1.2]));
  assert.deepEqual(
    [tpot.low, tpot.p, tpot.equivalence, tpot.detectable, tpot.signFlipP],
    [null, null, null, null, null],
  );
  assert.ok(tpot.ratio > 1.1 && tpot.ratio < 1.2);
});

test('a cell that the primary metric settles names the gating ones that it leaves open', () => {
  const wild = sampleCell(noisyRatios(1), ({ candidate, baseline }, k) => {
    const requests = sampleColumns(noisyRatios(1)[k]);
    const waits = [1, 4, 1, 2, 1, 3][k] ?? 1;
    requests.longestStallMs[5] = (requests.longestStallMs[5] ?? 0) * waits;
    return k % 2 === 0 ? { baseline: { ...baseline, requests } } : { candidate: { ...candidate, requests } };
  });
  const { verdict, notes } = told(wild);
  assert.equal(verdict, 'equivalent');
  assert.equal(notes.length, 1);
  const [note] = notes;
  assert.ok(note?.kind === 'unsettled' && note.metric === 'longestStall' && note.low < note.high);
});

test('recorded times stand beside, where they are known', () => {
  const cell = sampleCell(noisyRatios(1.2));
  assert.deepEqual(told(cell).recorded, { baseline: [], candidate: [] });
  const { baseline, candidate } = told({ ...cell, recorded: sampleColumns() }).recorded;
  assert.ok(Math.abs((baseline[0]?.ratio ?? 0) - 1) < 1e-9);
  assert.ok(Math.abs((candidate[0]?.ratio ?? 0) - 1.2) < 1e-9);
});

test('the runs of each side, and how many pairs are valid', () => {
  const { before, after, primary } = told(sampleCell(noisyRatios(1)));
  assert.deepEqual(before, { runs: [1, 4, 5, 8, 9, 12], valid: 6 });
  assert.deepEqual(after, { runs: [2, 3, 6, 7, 10, 11], valid: 6 });
  assert.equal(primary, 'tpot');
});
