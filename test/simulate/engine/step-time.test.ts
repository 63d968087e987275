import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../src/model/random.ts';
import {
  createNoise,
  forwardMs,
  quantized,
  type Speed,
  type StepLoad,
  stepMs,
} from '../../../src/simulate/engine/step-time.ts';
import { A40_14B } from '../../../src/simulate/profiles/profiles.ts';

const COSTS = A40_14B.step;
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}, not ${expected}`);

function load(decodes: number, context: number, prompt = 0): StepLoad {
  return {
    decode: { tokens: decodes, sequences: decodes, contextTokens: decodes * context },
    prefill: { tokens: prompt, sequences: prompt > 0 ? 1 : 0, contextTokens: prompt },
    prefillPairs: (prompt * (prompt + 1)) / 2,
  };
}

const step = (of: StepLoad, speed?: Partial<Speed>, drafts = 0): number =>
  stepMs(COSTS, of, drafts, { prefill: 1, decode: 1, frontEnd: 1, ...speed });

test('a measured forward pass is flat below its first knot, linear between knots, proportional beyond the last', () => {
  near(forwardMs(COSTS.forward, 0), 50.5);
  near(forwardMs(COSTS.forward, 1), 50.5);
  near(forwardMs(COSTS.forward, 18), 54.5);
  near(forwardMs(COSTS.forward, 8192), 2 * 1098);
});

test('a forward pass from data sheets is bound by the weights first and by arithmetic later', () => {
  const forward = { weightsMs: 6, perTokenMs: 0.01 };
  near(forwardMs(forward, 800), 10);
  assert.ok(forwardMs(forward, 1) - 6 < 1e-4 && forwardMs(forward, 1e6) / 1e4 < 1.0001);
});

test('the parts of a step add up', () => {
  near(step(load(20, 100)), 56.5 + 1.8 + 20 * 0.069 + 2000 * COSTS.perContextTokenMs);
  near(
    step(load(20, 100, 108)),
    56.8 + 1.8 + 21 * 0.069 + 2108 * COSTS.perContextTokenMs + ((108 * 109) / 2) * COSTS.perPrefillPairMs,
  );
  near(step(load(20, 100), {}, 3) - step(load(20, 100)), 3 * COSTS.perDraftMs);
});

test('speed scales the decodes’ share and the prompts’ share each for itself', () => {
  const mixed = load(20, 100, 1000);
  const decodes = step(load(20, 100));
  near(step(mixed, { decode: 2 }), step(mixed) + decodes);
  near(step(mixed, { prefill: 3 }), decodes + 3 * (step(mixed) - decodes));
  near(step(load(0, 0, 1000), { prefill: 2 }), 2 * step(load(0, 0, 1000)));
});

test('quantized weights are read faster and leave the arithmetic as it is', () => {
  const small = quantized(A40_14B, 0.25);
  near(small.memory.weightsGiB, 27.5 / 4);
  near(forwardMs(small.step.forward, 1), 50.5 / 4);
  const compute = Math.sqrt(1098 ** 2 - 50.5 ** 2);
  near(forwardMs(small.step.forward, 4096), Math.hypot(50.5 / 4, compute));
  const derived = { ...A40_14B, step: { ...COSTS, forward: { weightsMs: 6, perTokenMs: 0.01 } } };
  assert.deepEqual(quantized(derived, 0.5).step.forward, { weightsMs: 3, perTokenMs: 0.01 });
});

test('noise has the deviations it was given: each step for itself, and a drift that forgets itself', () => {
  const moments = (stepUs: number): { sd: number; kept: number } => {
    const noise = createNoise({ white: 0.01, drift: 0.02, driftSec: 2 }, createRandom(3));
    const values = Array.from({ length: 40_000 }, (_, i) => noise(i * stepUs) - 1);
    const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
    const lagged = values.slice(1).reduce((sum, x, i) => sum + x * (values[i] ?? 0), 0) / (values.length - 1);
    return { sd: Math.sqrt(variance), kept: lagged / variance };
  };
  for (const stepUs of [500_000, 2_000_000]) {
    const { sd, kept } = moments(stepUs);
    assert.ok(Math.abs(sd / Math.hypot(0.01, 0.02) - 1) < 0.05, `deviation ${sd}`);
    const expected = 0.8 * Math.exp(-stepUs / 2e6);
    assert.ok(Math.abs(kept - expected) < 0.04, `correlation ${kept}, not ${expected}`);
  }
});
