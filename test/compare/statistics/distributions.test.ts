import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  chiSquareQuantile,
  logGamma,
  studentCdf,
  studentQuantile,
} from '../../../src/compare/statistics/distributions.ts';

const near = (found: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(found - wanted) <= tolerance, `${found} is not ${wanted}`);

test('Student: quantiles of the printed tables', () => {
  // Percentage points of t: p, degrees of freedom, t.
  for (const [p, df, t] of [
    [0.95, 1, 6.3138],
    [0.975, 2, 4.3027],
    [0.975, 4, 2.7764],
    [0.975, 5, 2.5706],
    [0.99, 10, 2.7638],
    [0.995, 30, 2.75],
    [0.975, 120, 1.9799],
  ] as const) {
    near(studentQuantile(p, df), t, 6e-5);
    near(studentQuantile(1 - p, df), -t, 6e-5);
  }
});

test('Student: closed forms, Cauchy at one degree of freedom, algebraic at two', () => {
  for (const t of [-30, -2, -0.1, 0, 0.5, 3, 100]) {
    near(studentCdf(t, 1), 0.5 + Math.atan(t) / Math.PI, 1e-12);
    near(studentCdf(t, 2), 0.5 + t / (2 * Math.sqrt(2 + t * t)), 1e-12);
  }
});

test('the quantile inverts the distribution, whole degrees of freedom or not', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      fc.double({ min: 1, max: 500, noNaN: true }),
      (p, df) => {
        near(studentCdf(studentQuantile(p, df), df), p, 1e-9);
      },
    ),
  );
});

test('chi-square: percentage points of the printed tables', () => {
  for (const [p, df, x] of [
    [0.05, 1, 0.00393],
    [0.95, 1, 3.841],
    [0.2, 5, 2.343],
    [0.05, 10, 3.94],
    [0.975, 30, 46.979],
    [0.01, 100, 70.065],
  ] as const) {
    near(chiSquareQuantile(p, df), x, 6e-4);
  }
});

test('chi-square: closed form at two degrees of freedom', () => {
  for (const p of [0.001, 0.2, 0.5, 0.9, 0.999]) near(chiSquareQuantile(p, 2), -2 * Math.log1p(-p), 1e-10);
});

const nearly = (found: number, wanted: number): void =>
  assert.ok(Math.abs(found - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted)), `${found} is not ${wanted}`);

test('the gamma function: factorials, and the square root of π', () => {
  let factorial = 1;
  for (let n = 1; n <= 20; n++) {
    nearly(logGamma(n), Math.log(factorial));
    factorial *= n;
  }
  nearly(logGamma(0.5), Math.log(Math.PI) / 2);
});

test('Γ(x + 1) = x Γ(x)', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 200, noNaN: true }), (x) =>
      nearly(logGamma(x + 1), logGamma(x) + Math.log(x)),
    ),
  );
});
