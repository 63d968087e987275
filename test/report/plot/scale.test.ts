import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeScale, niceDomain } from '../../../src/report/plot/scale.ts';

const values = (scale: ReturnType<typeof makeScale>) => scale.ticks.map(({ value }) => value);

test('linear: round steps, ends included', () => {
  const scale = makeScale('linear', [0, 200], [100, 500]);
  assert.deepEqual(values(scale), [0, 50, 100, 150, 200]);
  assert.deepEqual([scale.at(0), scale.at(100), scale.at(200)], [100, 300, 500]);
});

test('log: decades where there are many, finer steps where there are few', () => {
  assert.deepEqual(values(makeScale('log', [1, 10_000], [0, 1])), [1, 10, 100, 1000, 10_000]);
  assert.deepEqual(values(makeScale('log', [10, 100], [0, 1])), [10, 20, 50, 100]);
  assert.deepEqual(values(makeScale('log', [3_000, 6_000], [0, 1])), [3_000, 4_000, 5_000, 6_000]);
  const scale = makeScale('log', [1, 100], [0, 200]);
  assert.ok(Math.abs(scale.at(10) - 100) < 1e-9);
  assert.equal(scale.at(0.001), 0);
});

test('tail: every nine is as wide as the one before', () => {
  const scale = makeScale('tail', [0, 0.999], [0, 300]);
  assert.deepEqual(values(scale), [0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999]);
  for (const [share, at] of [
    [0, 0],
    [0.9, 100],
    [0.99, 200],
    [0.999, 300],
    [1, 300],
  ] as const) {
    assert.ok(Math.abs(scale.at(share) - at) < 1e-6, `${share}`);
  }
});

test('a domain holds its values, and marks lie within the range, for whatever values', () => {
  const sample = fc.array(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { maxLength: 20 });
  fc.assert(
    fc.property(sample, fc.constantFrom('linear' as const, 'log' as const), (numbers, kind) => {
      const domain = niceDomain(kind, numbers);
      assert.ok(domain[0] < domain[1]);
      const scale = makeScale(kind, domain, [0, 100]);
      assert.ok(scale.ticks.length >= 2 && scale.ticks.length <= 14, `${scale.ticks.length} marks`);
      for (const at of [...numbers.map(scale.at), ...scale.ticks.map((tick) => tick.at)]) {
        assert.ok(at >= -1e-6 && at <= 100 + 1e-6, `${at} of ${domain}`);
      }
    }),
  );
});

test('domains of nothing, of zeros, of one value', () => {
  assert.deepEqual(niceDomain('linear', []), [0, 1]);
  assert.deepEqual(niceDomain('log', [0, -1]), [1, 10]);
  assert.equal(niceDomain('linear', [0, 0])[0], 0);
  assert.deepEqual(niceDomain('linear', [-3, 4]), [-4, 4]);
});
