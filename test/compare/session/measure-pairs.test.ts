import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measurePairs } from '../../../src/compare/session/measure-pairs.ts';
import { noisyRatios, sampleCell, sampleColumns } from '../../helpers/sample-pairs.ts';

const { pairs } = sampleCell(noisyRatios(1.1));
const gatingOf = (found: ReturnType<typeof measurePairs>): readonly string[] =>
  found.filter(({ metric }) => metric.gating).map(({ metric }) => metric.key);

test('figures of every pair, geometric means of the arms, and the difference over pairs', () => {
  const tpot = measurePairs(pairs, 'tpot', true).find(({ metric }) => metric.key === 'tpot') ?? assert.fail();
  assert.equal(tpot.figures.length, 6);
  assert.ok(Math.abs(tpot.after / tpot.before - 1.1) < 1e-9);
  assert.ok(Math.abs((tpot.difference?.estimate ?? 0) - Math.log(1.1)) < 1e-9);
  assert.equal(tpot.difference?.df, 5);
});

test('two pairs have figures and no interval, none have nothing', () => {
  assert.ok(measurePairs(pairs.slice(0, 2), 'tpot', true).every(({ difference }) => difference === null));
  assert.deepEqual(measurePairs([], 'tpot', true), []);
});

test('E2EL gates when it is declared, and where answers come in one piece', () => {
  assert.deepEqual(gatingOf(measurePairs(pairs, 'tpot', true)), [
    'ttft',
    'tpot',
    'longestStall',
    'servedOutputTokensPerSec',
  ]);
  assert.ok(gatingOf(measurePairs(pairs, 'e2el', true)).includes('e2el'));
  const plain = sampleCell(noisyRatios(1), ({ baseline, candidate }) => {
    const requests = sampleColumns();
    requests.ttftMs.fill(Number.NaN);
    requests.tpotMs.fill(Number.NaN);
    return { baseline: { ...baseline, requests }, candidate: { ...candidate, requests } };
  });
  assert.deepEqual(gatingOf(measurePairs(plain.pairs, 'tpot', true)), [
    'e2el',
    'longestStall',
    'servedOutputTokensPerSec',
  ]);
});

test('unequal lengths: what depends on them is not comparable; what one run lacks is not there', () => {
  assert.deepEqual(
    measurePairs(pairs, 'tpot', false)
      .filter(({ comparable }) => comparable)
      .map(({ metric }) => metric.key),
    ['ttft', 'tpot', 'longestStall'],
  );
  const [first, ...others] = pairs;
  const broken = { ...(first ?? assert.fail()), baseline: { ...(first ?? assert.fail()).baseline } };
  broken.baseline.values = { ...broken.baseline.values, servedOutputTokensPerSec: null };
  const keys = measurePairs([broken, ...others], 'tpot', true).map(({ metric }) => metric.key);
  assert.ok(!keys.includes('servedOutputTokensPerSec') && keys.includes('tpot'));
});
