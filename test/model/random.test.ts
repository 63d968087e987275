import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, seedOfText } from '../../src/model/random.ts';

test('equal seeds give equal streams, different ones do not', () => {
  const draw = (seed: number): number[] => {
    const random = createRandom(seed);
    return Array.from({ length: 5 }, () => random.uniform(0, 1));
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});

function moments(draw: () => number): { mean: number; sd: number } {
  const values = Array.from({ length: 50_000 }, draw);
  const mean = values.reduce((a, b) => a + b) / values.length;
  return { mean, sd: Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) };
}

test('uniform and gaussian have the moments they promise', () => {
  const random = createRandom(1);
  const uniform = moments(() => random.uniform(0.7, 1.3));
  assert.ok(Math.abs(uniform.mean - 1) < 0.003 && Math.abs(uniform.sd - 0.6 / Math.sqrt(12)) < 0.003);
  const gaussian = moments(() => random.gaussian(5, 2));
  assert.ok(Math.abs(gaussian.mean - 5) < 0.05 && Math.abs(gaussian.sd - 2) < 0.05);
});

test('gamma numbers have mean and variance of their shape, below and above 1, and shape 1 is exponential', () => {
  for (const shape of [0.25, 1, 4]) {
    const random = createRandom(3);
    const { mean, sd } = moments(() => random.gamma(shape));
    assert.ok(Math.abs(mean / shape - 1) < 0.04, `mean ${mean} of shape ${shape}`);
    assert.ok(Math.abs(sd / Math.sqrt(shape) - 1) < 0.04, `deviation ${sd} of shape ${shape}`);
  }
  const random = createRandom(5);
  const beyond = Array.from({ length: 50_000 }, () => random.gamma(1)).filter((x) => x > 2).length;
  assert.ok(Math.abs(beyond / 50_000 - Math.exp(-2)) < 0.005, `${beyond} beyond 2`);
  assert.ok(createRandom(1).gamma(1 / 64) >= 0, 'a coefficient of variation of 8');
});

test('seeds of texts are 32-bit and differ by text and by seed', () => {
  assert.equal(seedOfText('', 0), 0x811c9dc5);
  assert.notEqual(seedOfText('a', 0), seedOfText('b', 0));
  assert.notEqual(seedOfText('a', 0), seedOfText('a', 1));
});
