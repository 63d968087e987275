import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forwardMs } from '../../../src/simulate/engine/step-time.ts';
import { A40_14B } from '../../../src/simulate/profiles/a40-14b.ts';

test('reading the weights takes what the card’s bandwidth allows at best, and a third more at most', () => {
  const atBest = (A40_14B.memory.weightsGiB * 2 ** 30) / 696e6;
  const took = forwardMs(A40_14B.step.forward, 1);
  assert.ok(took > atBest && took < 1.34 * atBest, `${took} ms, ${atBest} at best`);
});
