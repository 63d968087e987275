import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driftChecks } from '../../../src/compare/session/drift-check.ts';
import type { PairFigure } from '../../../src/compare/session/pair-figures.ts';
import { sampleCell } from '../../helpers/sample-pairs.ts';

const { pairs } = sampleCell(new Array(6).fill(1));
const NOISE = [0.002, -0.001, 0.0015, -0.002, 0.001, -0.0015];

/** Figures whose level drifts by `level` over the runs, and whose difference moves by `difference` over the pairs. */
const figures = (level: number, difference: number): PairFigure[] =>
  pairs.map(({ first }, k) => {
    const at = (second: boolean): number => (level * (2 * k + (second ? 1 : 0))) / 11;
    const baseline = Math.exp(at(first !== 'baseline') + (NOISE[k] ?? 0));
    const candidate = Math.exp(at(first !== 'candidate') + (difference * k) / 5 + (NOISE[5 - k] ?? 0));
    return { baseline, candidate, logRatio: Math.log(candidate / baseline) };
  });

const found = (level: number, difference: number) =>
  driftChecks('tpot', pairs, figures(level, difference), 0.03).flatMap((one) =>
    one.kind === 'drift' ? [one] : [],
  );

test('a small drift of the machine is what the order of the arms is for', () => {
  assert.deepEqual(found(0, 0), []);
  assert.deepEqual(found(0.09, 0), []);
});

test('a large one means that there is no one state to judge', () => {
  const [drift, ...more] = found(0.2, 0);
  assert.deepEqual([drift?.of, drift?.metric, drift?.limit, more], ['both', 'tpot', 0.1, []]);
  assert.ok((drift?.ratio ?? 0) > 1.2 && (drift?.ratio ?? 0) < 1.3);
  const ratio = found(-0.2, 0)[0]?.ratio ?? 1;
  assert.ok(ratio > 0.8 && ratio < 0.9);
});

test('a difference that moves by more than the margin is another one at the end', () => {
  assert.deepEqual(found(0, 0.025), []);
  const moved = found(0, 0.08).at(-1);
  assert.deepEqual([moved?.of, moved?.limit], ['difference', 0.03]);
  assert.ok((moved?.ratio ?? 0) > 1.07);
});

test('noise is no drift, however large', () => {
  const noisy = pairs.map((_, k) => {
    const candidate = Math.exp([0.3, -0.3, 0.2, -0.2, 0.25, -0.25][k] ?? 0);
    return { baseline: 1, candidate, logRatio: Math.log(candidate) };
  });
  assert.deepEqual(driftChecks('tpot', pairs, noisy, 0.03), []);
});
