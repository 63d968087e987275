import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { logGamma } from '../../../src/compare/statistics/log-gamma.ts';

const near = (found: number, wanted: number): void =>
  assert.ok(Math.abs(found - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted)), `${found} is not ${wanted}`);

test('factorials, and the square root of π', () => {
  let factorial = 1;
  for (let n = 1; n <= 20; n++) {
    near(logGamma(n), Math.log(factorial));
    factorial *= n;
  }
  near(logGamma(0.5), Math.log(Math.PI) / 2);
});

test('Γ(x + 1) = x Γ(x)', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 200, noNaN: true }), (x) =>
      near(logGamma(x + 1), logGamma(x) + Math.log(x)),
    ),
  );
});
