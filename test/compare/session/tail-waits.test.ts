import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tailWaits } from '../../../src/compare/session/tail-waits.ts';
import { sampleArmRun, sampleCell, sampleColumns, samplePair } from '../../helpers/sample-pairs.ts';

const near = (found: number | undefined, wanted: number): void =>
  assert.ok(Math.abs((found ?? 0) - wanted) < 1e-9, `${found} is not ${wanted}`);

test('runs that differ in level only: their tails differ by the same', () => {
  const { pairs, typicalMs } = tailWaits(sampleCell([1.1, 1.1, 1.1, 1.1]).pairs);
  for (const pair of pairs) near((pair?.candidate ?? 0) / (pair?.baseline ?? 1), 1.1);
  // Of the faster arm, at the plan's median request.
  near(typicalMs, 130);
});

test('two requests of forty that stall lift the slowest twentieth, wherever in the plan they are', () => {
  for (const stalled of [0, 6]) {
    const { pairs } = tailWaits(
      sampleCell([1, 1, 1], ({ candidate }) => {
        const requests = sampleColumns();
        requests.waitMs[stalled] = (requests.waitMs[stalled] ?? 0) * 4;
        requests.waitMs[stalled + 7] = (requests.waitMs[stalled + 7] ?? 0) * 4;
        return { candidate: { ...candidate, requests } };
      }).pairs,
    );
    near(pairs[0]?.baseline, 1);
    near(pairs[0]?.candidate, 4);
  }
});

test('a long prompt is no stall: what is usual at its position is expected of it', () => {
  const long = sampleColumns();
  long.waitMs[3] = 5000;
  const run = sampleArmRun(1, { requests: long });
  const { pairs } = tailWaits([0, 1, 2].map(() => samplePair(1, () => ({ baseline: run, candidate: run }))));
  near(pairs[0]?.baseline, 1);
});

test('requests that failed in one arm count in neither; runs without a common one have no tail', () => {
  const failed = sampleColumns();
  failed.waitMs.fill(Number.NaN, 0, 20);
  const slow = sampleColumns();
  slow.waitMs.fill(9999, 0, 20);
  const pair = samplePair(1, () => ({
    baseline: sampleArmRun(1, { requests: slow }),
    candidate: sampleArmRun(1, { requests: failed }),
  }));
  near(tailWaits([samplePair(1), samplePair(1), pair]).pairs[2]?.baseline, 1);
  failed.waitMs.fill(Number.NaN);
  assert.equal(tailWaits([samplePair(1), samplePair(1), pair]).pairs[2], null);
  assert.deepEqual(tailWaits([]).pairs, []);
});

test('a single pair has nothing to be held against', () => {
  assert.deepEqual(tailWaits([samplePair(1)]).pairs, [null]);
});
