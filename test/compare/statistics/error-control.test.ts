import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { holmRejects, lookLevels } from '../../../src/compare/statistics/error-control.ts';

test('Holm’s own steps: the first that fails stops all after it', () => {
  assert.deepEqual(holmRejects([0.01, 0.04, 0.03, 0.005], 0.05), [true, false, false, true]);
  assert.deepEqual(holmRejects([0.03], 0.05), [true]);
  assert.deepEqual(holmRejects([], 0.05), []);
});

test('it rejects no less than Bonferroni and no more than no correction', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (ps) => {
        const rejected = holmRejects(ps, 0.05);
        ps.forEach((p, i) => {
          if (p <= 0.05 / ps.length) assert.equal(rejected[i], true);
          if (p > 0.05) assert.equal(rejected[i], false);
        });
      },
    ),
  );
});

test('the default looks have the simulated levels, one look has all', () => {
  assert.deepEqual(lookLevels([6, 10, 16], 0.05), [0.01, 0.02, 0.03]);
  assert.deepEqual(lookLevels([6], 0.05), [0.05]);
});

test('the levels of any other looks rise and add up to alpha', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.constantFrom(0.01, 0.05, 0.1), (count, alpha) => {
      const levels = lookLevels(
        Array.from({ length: count }, (_, i) => 5 + 2 * i),
        alpha,
      );
      assert.ok(Math.abs(levels.reduce((sum, level) => sum + level, 0) - alpha) < 1e-12);
      levels.forEach((level, i) => {
        assert.ok(level > (levels[i - 1] ?? 0));
      });
    }),
  );
});
