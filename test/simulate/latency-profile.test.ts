import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepMs } from '../../src/simulate/latency-profile.ts';
import { A40 } from '../helpers/quick-simulator.ts';

const step = (tokens: number, sequences = 0, contextTokens = 0): number =>
  stepMs(A40, { tokens, sequences, contextTokens });

test('the forward pass is flat below the first knot, linear between knots, proportional beyond the last', () => {
  assert.equal(step(1), 50.5 + 1.8);
  assert.ok(Math.abs(step(18) - (54.5 + 1.8)) < 1e-9);
  assert.ok(Math.abs(step(8192) - (2 * 1098 + 1.8)) < 1e-9);
});

test('running requests and attended tokens cost on top', () => {
  assert.ok(Math.abs(step(20, 20) - step(20) - 20 * 0.069) < 1e-9);
  assert.ok(Math.abs(step(20, 0, 600_000) - step(20) - 196.608) < 1e-6);
});
