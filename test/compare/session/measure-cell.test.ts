import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellPairs, Pair } from '../../../src/compare/session/arm-run.ts';
import { measureCell } from '../../../src/compare/session/measure-cell.ts';
import {
  noisyRatios,
  RULES,
  sampleAnswer,
  sampleArmRun,
  sampleCell,
  sampleColumns,
} from '../../helpers/sample-pairs.ts';

const REASONS = [{ kind: 'noneSucceeded' }, { kind: 'processDied' }] as const;

const ill = (pair: Pair): Partial<Pair> => ({
  candidate: sampleArmRun(1, {
    summary: { id: 9, valid: false, invalidReasons: REASONS },
  }),
  first: pair.first,
});

const cell = (illPairs: number): CellPairs =>
  sampleCell(noisyRatios(1), (pair, k) => (k < illPairs ? ill(pair) : {}));

test('a pair with an invalid run is left out and named', () => {
  const { valid, metrics, invalid, notes } = measureCell(cell(1), [], RULES, true);
  assert.equal(valid.length, 5);
  assert.ok(metrics.every(({ figures }) => figures.length === 5));
  assert.deepEqual(invalid, []);
  assert.deepEqual(notes, [
    { kind: 'pairsLeftOut', runs: [{ pair: 1, arm: 'candidate', run: 9 }], reasons: REASONS },
  ]);
});

test('too few valid pairs forbid a verdict, but only when no more will come', () => {
  assert.deepEqual(measureCell(cell(4), [], RULES, false).invalid, []);
  assert.deepEqual(measureCell(cell(4), [], RULES, true).invalid, [
    { kind: 'pairs', valid: 2, made: 6, needed: 3, example: { run: 9, reason: REASONS[0] } },
  ]);
});

test('what is found forbids a verdict, unless it was accepted', () => {
  const longer = sampleCell(noisyRatios(1), ({ candidate }) => ({
    candidate: { ...candidate, answers: candidate.answers.map(() => sampleAnswer({ tokens: 60 })) },
  }));
  assert.deepEqual(
    measureCell(longer, [], RULES, true).invalid.map(({ kind }) => kind),
    ['lengths'],
  );
  const accepted = measureCell(longer, [], { ...RULES, accepted: ['lengths'] }, true);
  assert.deepEqual(accepted.invalid, []);
  const [note] = accepted.notes;
  assert.ok(note?.kind === 'accepted' && note.finding.kind === 'lengths');
  assert.equal(accepted.metrics.find(({ metric }) => metric.key === 'e2el')?.comparable, false);
});

test('the declared metric, or what stands in for it', () => {
  assert.equal(measureCell(cell(0), [], { ...RULES, primary: 'ttft' }, true).primary?.metric.key, 'ttft');
  const plain = sampleCell(noisyRatios(1), ({ baseline, candidate }) => {
    const requests = sampleColumns();
    requests.tpotMs.fill(Number.NaN);
    return { baseline: { ...baseline, requests }, candidate: { ...candidate, requests } };
  });
  const { primary, notes } = measureCell(plain, [], RULES, true);
  assert.equal(primary?.metric.key, 'e2el');
  assert.deepEqual(notes, [{ kind: 'primaryReplaced', declared: 'tpot', by: 'e2el' }]);
  assert.equal(measureCell(sampleCell([]), [], RULES, false).primary, null);
});

test('a drift of the primary metric forbids a verdict', () => {
  const drifting = sampleCell(noisyRatios(1), ({ first, baseline, candidate }, k) => {
    const slower = (n: number) => sampleColumns(Math.exp(0.03 * (2 * k + n)));
    const [a, b] = first === 'baseline' ? [0, 1] : [1, 0];
    return {
      baseline: { ...baseline, requests: slower(a) },
      candidate: { ...candidate, requests: slower(b) },
    };
  });
  assert.deepEqual(
    measureCell(drifting, [], RULES, true).invalid.map(({ kind }) => kind),
    ['drift'],
  );
});
