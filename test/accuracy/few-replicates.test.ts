import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coverageOf, type RunNoise } from '../helpers/pair-noise.ts';

const SESSIONS = 2_000;

const NOISES: readonly RunNoise[] = [
  {},
  { heavy: true },
  { bias: 1.5 },
  { heavy: true, bias: 5 },
  { correlation: 0.3 },
  { correlation: 0.5 },
  { heavy: true, correlation: 0.5 },
];

test('three runs or pairs a side cover the truth, with heavy tails, a bias of the position, or correlated runs too', () => {
  for (const n of [3, 4, 6, 10]) {
    for (const noise of NOISES) {
      for (const [design, covered] of Object.entries(coverageOf(noise, n, SESSIONS, n))) {
        assert.ok(covered >= 0.92, `${design}, ${n} of ${JSON.stringify(noise)}: ${covered}`);
      }
    }
  }
});
