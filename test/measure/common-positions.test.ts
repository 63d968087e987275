import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { commonPositions } from '../../src/measure/common-positions.ts';

test('the positions that all runs reached, wherever they are', () => {
  const common = commonPositions([
    [0, 1, 2, 9, 5000],
    [5000, 9, 1],
    [1, 3, 9, 5000, 8],
  ]);
  assert.deepEqual([0, 1, 2, 3, 8, 9, 5000, 6000].filter(common), [1, 9, 5000]);
});

test('no runs have nothing in common, one run all of its own', () => {
  assert.equal(commonPositions([])(0), false);
  assert.deepEqual([0, 1, 2].filter(commonPositions([[0, 2]])), [0, 2]);
});

test('it is the intersection of sets', () => {
  const positions = fc.uniqueArray(fc.nat(2000), { maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(positions, { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(2000)),
      (runs, asked) => {
        const common = commonPositions(runs);
        for (const seq of [...asked, ...runs.flat()]) {
          assert.equal(
            common(seq),
            runs.every((run) => run.includes(seq)),
          );
        }
      },
    ),
  );
});
