import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shareOf, wholeShare } from '../../../src/replay/engine/load-spec.ts';

test('the whole load is one share whose count begins at nothing', () => {
  const { worker, workers, counter } = wholeShare();
  assert.deepEqual([worker, workers, ...new Int32Array(counter)], [0, 1, 0]);
});

test('the shares of any number of workers add up to the whole, also when it is 0 or less than the workers', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.integer({ min: 1, max: 40 }), (whole, workers) => {
      const shares = Array.from({ length: workers }, (_, worker) => shareOf(whole, worker, workers));
      assert.equal(
        shares.reduce((sum, share) => sum + share, 0),
        whole,
      );
      assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
      assert.equal(shareOf(whole, workers, workers), 0);
    }),
  );
});
