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

const ill = (pair: Pair): Partial<Pair> => ({
  candidate: sampleArmRun(1, { summary: { id: 9, valid: false, invalidReasons: ['so', 'and so'] } }),
  first: pair.first,
});

const cell = (illPairs: number): CellPairs =>
  sampleCell(noisyRatios(1), (pair, k) => (k < illPairs ? ill(pair) : {}));

test('a pair with an invalid run is left out and named', () => {
  const { valid, metrics, invalid, notes } = measureCell(cell(1), [], RULES, true);
  assert.equal(valid.length, 5);
  assert.ok(metrics.every(({ figures }) => figures.length === 5));
  assert.deepEqual(invalid, []);
  assert.deepEqual(notes, ['pair 1 is left out, its candidate (run 9) is not valid: so; and so']);
});

test('too few valid pairs forbid a verdict, but only when no more will come', () => {
  assert.deepEqual(measureCell(cell(4), [], RULES, false).invalid, []);
  const [{ check, message } = assert.fail()] = measureCell(cell(4), [], RULES, true).invalid;
  assert.equal(check, 'pairs');
  assert.match(message, /^2 of 6 pairs are valid, and a verdict wants 3 at least; run \d+, for example: so/);
});

test('what is found forbids a verdict, unless it was accepted', () => {
  const longer = sampleCell(noisyRatios(1), ({ candidate }) => ({
    candidate: { ...candidate, answers: candidate.answers.map(() => sampleAnswer({ tokens: 60 })) },
  }));
  assert.deepEqual(
    measureCell(longer, [], RULES, true).invalid.map(({ check }) => check),
    ['lengths'],
  );
  const accepted = measureCell(longer, [], { ...RULES, accepted: ['lengths'] }, true);
  assert.deepEqual(accepted.invalid, []);
  assert.match(accepted.notes[0] ?? '', /^accepted: for the same requests the baseline wrote/);
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
  assert.deepEqual(notes, ['tpot cannot be judged here, so E2EL is in its place']);
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
    measureCell(drifting, [], RULES, true).invalid.map(({ check }) => check),
    ['drift'],
  );
});
