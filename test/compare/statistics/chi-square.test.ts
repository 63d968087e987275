import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chiSquareQuantile } from '../../../src/compare/statistics/chi-square.ts';

const near = (found: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(found - wanted) <= tolerance, `${found} is not ${wanted}`);

test('percentage points of the printed tables', () => {
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

test('closed form at two degrees of freedom', () => {
  for (const p of [0.001, 0.2, 0.5, 0.9, 0.999]) near(chiSquareQuantile(p, 2), -2 * Math.log1p(-p), 1e-10);
});
