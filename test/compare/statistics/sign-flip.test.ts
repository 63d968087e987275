import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { signFlipP } from '../../../src/compare/statistics/difference.ts';

/** All sign patterns one by one. */
function byEnumeration(perPair: readonly number[]): number {
  const mean = (bits: number): number =>
    Math.abs(perPair.reduce((sum, d, i) => sum + ((bits >> i) & 1 ? -d : d), 0));
  const patterns = Array.from({ length: 2 ** perPair.length }, (_, bits) => mean(bits));
  const observed = patterns[0] ?? 0;
  return patterns.filter((sum) => sum >= observed - 1e-9).length / patterns.length;
}

test('unanimous pairs give the smallest p there is', () => {
  assert.equal(signFlipP([1, 2, 3, 4, 5, 6]), 2 / 64);
  assert.equal(signFlipP([1, -2, 3, 4, 5, 6]), 6 / 64);
  assert.equal(signFlipP([0, 0, 0, 0, 0, 0]), 1);
});

test('it equals the enumeration of all patterns, ties and all', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 6, maxLength: 10 }), (perPair) => {
      assert.equal(signFlipP(perPair), byEnumeration(perPair));
    }),
  );
});

test('below six pairs it could not reach 0.05, above twenty it is not enumerated', () => {
  assert.equal(signFlipP([1, 1, 1, 1, 1]), null);
  assert.equal(signFlipP(new Array(21).fill(1)), null);
  assert.equal(signFlipP(new Array(20).fill(1)), 2 / 2 ** 20);
});
