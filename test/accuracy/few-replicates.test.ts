import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interval, pairedDifference, welchDifference } from '../../src/compare/statistics/difference.ts';
import { createRandom } from '../../src/model/random.ts';

const SESSIONS = 2_000;

/** Shares of sessions whose 95 % interval covers no change: of pairs whose second run differs by `bias`, and of runs. */
function coverage(heavy: boolean, bias: number, n: number): readonly [pairs: number, runs: number] {
  const random = createRandom(n);
  const noise = (): number => {
    const squares = [1, 2, 3].reduce((sum) => sum + random.gaussian(0, 1) ** 2, 0);
    return random.gaussian(0, 1) / (heavy ? Math.sqrt(squares / 3) : 1);
  };
  const some = (of: (k: number) => number) => Array.from({ length: n }, (_, k) => of(k));
  const counts = [0, 0];
  for (let i = 0; i < SESSIONS; i++) {
    const pairs = pairedDifference(some((k) => noise() - noise() + (k % 2 === 0 ? bias : -bias)));
    const runs = welchDifference(some(noise), some(noise));
    [pairs, runs].forEach((difference, of) => {
      const [low, high] = interval(difference, 0.95);
      if (low <= 0 && high >= 0) counts[of] = (counts[of] ?? 0) + 1;
    });
  }
  return [(counts[0] ?? 0) / SESSIONS, (counts[1] ?? 0) / SESSIONS];
}

test('three runs or pairs a side cover the truth, with heavy tails or a bias of the position too', () => {
  for (const n of [3, 4, 6]) {
    for (const [heavy, bias] of [
      [false, 0],
      [true, 0],
      [false, 1.5],
      [true, 5],
    ] as const) {
      const [pairs, runs] = coverage(heavy, bias, n);
      assert.ok(
        pairs >= 0.93 && runs >= 0.93,
        `${n} of ${heavy ? 't' : 'normal'}, ${bias}: ${pairs}, ${runs}`,
      );
    }
  }
});
