import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { studentCdf, studentQuantile } from '../../../src/compare/statistics/student-t.ts';

const near = (found: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(found - wanted) <= tolerance, `${found} is not ${wanted}`);

test('quantiles of the printed tables', () => {
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

test('closed forms: Cauchy at one degree of freedom, algebraic at two', () => {
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
