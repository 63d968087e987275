import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { holmRejects } from '../../../src/compare/statistics/holm.ts';

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
