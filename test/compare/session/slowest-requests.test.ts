import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pair } from '../../../src/compare/session/arm-run.ts';
import { slowestRequests } from '../../../src/compare/session/slowest-requests.ts';
import { sampleArmRun, sampleCell, sampleColumns, samplePair } from '../../helpers/sample-pairs.ts';

const stalls = (pairs: readonly Pair[]) => slowestRequests(pairs, 'longestStallMs');

const near = (found: number | undefined, wanted: number): void =>
  assert.ok(Math.abs((found ?? 0) - wanted) < 1e-9, `${found} is not ${wanted}`);

test('runs that differ in level only: their tails differ by the same', () => {
  const { pairs, typicalMs } = stalls(sampleCell([1.1, 1.1, 1.1, 1.1]).pairs);
  for (const pair of pairs) near((pair?.candidate ?? 0) / (pair?.baseline ?? 1), 1.1);
  // Of the faster arm, at the plan's median request.
  near(typicalMs, 130);
});

test('two requests of forty that stall lift the slowest twentieth, wherever in the plan they are', () => {
  for (const stalled of [0, 6]) {
    const { pairs } = stalls(
      sampleCell([1, 1, 1], ({ candidate }) => {
        const requests = sampleColumns();
        requests.longestStallMs[stalled] = (requests.longestStallMs[stalled] ?? 0) * 4;
        requests.longestStallMs[stalled + 7] = (requests.longestStallMs[stalled + 7] ?? 0) * 4;
        return { candidate: { ...candidate, requests } };
      }).pairs,
    );
    near(pairs[0]?.baseline, 1);
    near(pairs[0]?.candidate, 4);
  }
});

test('a long prompt is no stall: what is usual at its position is expected of it', () => {
  const long = sampleColumns();
  long.longestStallMs[3] = 5000;
  const run = sampleArmRun(1, { requests: long });
  const { pairs } = stalls([0, 1, 2].map(() => samplePair(1, () => ({ baseline: run, candidate: run }))));
  near(pairs[0]?.baseline, 1);
});

test('requests that failed in one arm count in neither; runs without a common one have no tail', () => {
  const failed = sampleColumns();
  failed.longestStallMs.fill(Number.NaN, 0, 20);
  const slow = sampleColumns();
  slow.longestStallMs.fill(9999, 0, 20);
  const pair = samplePair(1, () => ({
    baseline: sampleArmRun(1, { requests: slow }),
    candidate: sampleArmRun(1, { requests: failed }),
  }));
  near(stalls([samplePair(1), samplePair(1), pair]).pairs[2]?.baseline, 1);
  failed.longestStallMs.fill(Number.NaN);
  assert.equal(stalls([samplePair(1), samplePair(1), pair]).pairs[2], null);
  assert.deepEqual(stalls([]).pairs, []);
});

test('a single pair has nothing to be held against', () => {
  assert.deepEqual(stalls([samplePair(1)]).pairs, [null]);
});
