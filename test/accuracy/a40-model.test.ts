import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A40_BENCHMARK } from '../helpers/a40-benchmark.ts';
import { A40 } from '../helpers/quick-simulator.ts';
import { virtualClosedLoop } from '../helpers/virtual-closed-loop.ts';

for (const { threads, connections, averageSec, requestsPerSec } of A40_BENCHMARK) {
  test(`the A40 at ${threads}x${connections} comes within 2 % of the public benchmark`, () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { latenciesUs } = virtualClosedLoop({
        profile: A40,
        connections,
        durationUs: 60e6,
        promptTokens: 13,
        outputTokens: 50,
        seed,
      });
      const average = latenciesUs.reduce((sum, us) => sum + us, 0) / latenciesUs.length / 1e6;
      assert.ok(Math.abs(average / averageSec - 1) < 0.02, `average ${average} s with seed ${seed}`);
      const rate = latenciesUs.length / 60;
      assert.ok(Math.abs(rate / requestsPerSec - 1) < 0.02, `${rate} requests/s with seed ${seed}`);
    }
  });
}

test('fewer seats than connections make requests queue', () => {
  const load = {
    profile: A40,
    connections: 200,
    durationUs: 60e6,
    promptTokens: 13,
    outputTokens: 50,
    seed: 1,
  };
  const max = (values: readonly number[]): number => Math.max(...values);
  const free = max(virtualClosedLoop(load).latenciesUs);
  const queued = max(virtualClosedLoop({ ...load, maxNumSeqs: 128 }).latenciesUs);
  assert.ok(queued > 1.1 * free, `${queued} against ${free}`);
});
