import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../src/model/random.ts';
import { createFrontEnd } from '../../../src/simulate/engine/front-end.ts';

const COSTS = { ingestMs: 8, egressMs: 2, jitter: 0.25 };

test('one loop does one thing after another, in and out', () => {
  const frontEnd = createFrontEnd({ ...COSTS, jitter: 0 }, 1, createRandom(1));
  assert.deepEqual(frontEnd.ingest(1, 0), { fromUs: 0, toUs: 8_000 });
  assert.deepEqual(frontEnd.egress(7, 1_000), { fromUs: 8_000, toUs: 10_000 });
  assert.deepEqual(frontEnd.ingest(2, 50_000), { fromUs: 50_000, toUs: 58_000 });
});

test('several loops share the requests, each request staying with its own', () => {
  const frontEnd = createFrontEnd({ ...COSTS, jitter: 0 }, 2, createRandom(1));
  assert.deepEqual(
    [1, 2, 3].map((id) => frontEnd.ingest(id, 0).toUs),
    [8_000, 8_000, 16_000],
  );
  assert.equal(frontEnd.egress(3, 16_000).toUs, 18_000);
});

test('costs vary evenly within the jitter, and a slowdown scales them', () => {
  const frontEnd = createFrontEnd(COSTS, 1, createRandom(1));
  const costs = Array.from({ length: 2_000 }, (_, i) => {
    const { fromUs, toUs } = frontEnd.ingest(i, 0);
    return toUs - fromUs;
  });
  assert.ok(Math.min(...costs) >= 6_000 && Math.min(...costs) < 6_100);
  assert.ok(Math.max(...costs) <= 10_000 && Math.max(...costs) > 9_900);
  frontEnd.slowdown = 3;
  const { fromUs, toUs } = frontEnd.ingest(1, 1e9);
  assert.ok(toUs - fromUs >= 18_000 && toUs - fromUs <= 30_000);
});
