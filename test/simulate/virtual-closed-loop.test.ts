import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClosedLoop } from '../../src/simulate/virtual-closed-loop.ts';
import { A40 } from '../helpers/quick-simulator.ts';

// The public benchmark's rows: connections, average latency in seconds, requests per second.
const ROWS = [
  [20, 3.07, 6.34],
  [100, 3.62, 26.64],
  [200, 5.27, 36.6],
] as const;

for (const [connections, averageSec, perSec] of ROWS) {
  test(`the A40 at ${connections} connections comes within 2 % of the public benchmark`, () => {
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
      assert.ok(Math.abs(rate / perSec - 1) < 0.02, `${rate} requests/s with seed ${seed}`);
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
