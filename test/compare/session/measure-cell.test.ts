import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellPairs, Pair } from '../../../src/compare/session/arm-run.ts';
import { measureCell, measurePairs } from '../../../src/compare/session/measure-cell.ts';
import {
  noisyRatios,
  RULES,
  sampleAnswer,
  sampleArmRun,
  sampleCell,
  sampleColumns,
} from '../../helpers/sample-pairs.ts';

const REASONS = [{ kind: 'noneSucceeded' }, { kind: 'processDied' }] as const;

const ALIKE = { equalLengths: true, countedAlike: true } as const;

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

test('pairs that were made again are named', () => {
  const { notes } = measureCell({ ...cell(1), remade: [1] }, [], RULES, true);
  assert.deepEqual(notes.at(-1), { kind: 'pairsMadeAgain', pairs: [1] });
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

const { pairs } = sampleCell(noisyRatios(1.1));
const gatingOf = (found: ReturnType<typeof measurePairs>): readonly string[] =>
  found.filter(({ metric }) => metric.gating).map(({ metric }) => metric.key);

test('figures of every pair, geometric means of the arms, and the difference over pairs', () => {
  const tpot =
    measurePairs(pairs, 'tpot', ALIKE).find(({ metric }) => metric.key === 'tpot') ?? assert.fail();
  assert.equal(tpot.figures.length, 6);
  assert.ok(Math.abs(tpot.after / tpot.before - 1.1) < 1e-9);
  assert.ok(Math.abs((tpot.difference?.estimate ?? 0) - Math.log(1.1)) < 1e-9);
  assert.equal(tpot.difference?.df, 5);
});

test('two pairs have figures and no interval, none have nothing', () => {
  assert.ok(measurePairs(pairs.slice(0, 2), 'tpot', ALIKE).every(({ difference }) => difference === null));
  assert.deepEqual(measurePairs([], 'tpot', ALIKE), []);
});

test('E2EL gates when it is declared, and where answers come in one piece', () => {
  assert.deepEqual(gatingOf(measurePairs(pairs, 'tpot', ALIKE)), [
    'ttft',
    'tpot',
    'longestStall',
    'servedOutputTokensPerSec',
  ]);
  assert.ok(gatingOf(measurePairs(pairs, 'e2el', ALIKE)).includes('e2el'));
  const plain = sampleCell(noisyRatios(1), ({ baseline, candidate }) => {
    const requests = sampleColumns();
    requests.ttftMs.fill(Number.NaN);
    requests.tpotMs.fill(Number.NaN);
    return { baseline: { ...baseline, requests }, candidate: { ...candidate, requests } };
  });
  assert.deepEqual(gatingOf(measurePairs(plain.pairs, 'tpot', ALIKE)), [
    'e2el',
    'longestStall',
    'servedOutputTokensPerSec',
  ]);
});

test('unequal lengths: what depends on them is not comparable; what one run lacks is not there', () => {
  assert.deepEqual(
    measurePairs(pairs, 'tpot', { ...ALIKE, equalLengths: false })
      .filter(({ comparable }) => comparable)
      .map(({ metric }) => metric.key),
    ['ttft', 'tpot', 'longestStall'],
  );
  const [first, ...others] = pairs;
  const broken = { ...(first ?? assert.fail()), baseline: { ...(first ?? assert.fail()).baseline } };
  broken.baseline.values = { ...broken.baseline.values, servedOutputTokensPerSec: null };
  const keys = measurePairs([broken, ...others], 'tpot', ALIKE).map(({ metric }) => metric.key);
  assert.ok(!keys.includes('servedOutputTokensPerSec') && keys.includes('tpot'));
});

test('arms whose tokens were counted apart: nothing made of counts is comparable, and both ways are named', () => {
  const cell = sampleCell(noisyRatios(1.1), ({ candidate }) => ({
    candidate: { ...candidate, summary: { ...candidate.summary, tokenSources: { chunks: 40 } } },
  }));
  const { metrics, primary, notes } = measureCell(cell, [], RULES, true);
  assert.deepEqual(
    metrics.filter(({ comparable }) => comparable).map(({ metric }) => metric.key),
    ['ttft', 'longestStall'],
  );
  assert.equal(primary?.metric.key, 'ttft');
  assert.deepEqual(notes, [
    { kind: 'countedApart', before: 'usage', after: 'events' },
    { kind: 'primaryReplaced', declared: 'tpot', by: 'ttft' },
  ]);
});
