import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerSide } from '../../../src/compare/session/arm-run.ts';
import { serverSides } from '../../../src/compare/session/server-sides.ts';
import { sampleArmRun, samplePair } from '../../helpers/sample-pairs.ts';

const SILENT: ServerSide = {
  prefixCacheHitRate: null,
  queueMs: null,
  prefillMs: null,
  kvCachePeak: null,
  preemptions: null,
  iterationTokens: null,
};

test('means over runs, of the figures that both arms have', () => {
  const pair = (a: Partial<ServerSide>, b: Partial<ServerSide>) =>
    samplePair(1, () => ({
      baseline: sampleArmRun(1, { server: { ...SILENT, ...a } }),
      candidate: sampleArmRun(1, { server: { ...SILENT, ...b } }),
    }));
  const rows = serverSides([
    pair({ queueMs: 2, kvCachePeak: 0.5 }, { queueMs: 30 }),
    pair({ queueMs: 4, preemptions: 0 }, { queueMs: 50, preemptions: 3 }),
    samplePair(1),
  ]);
  assert.deepEqual(
    rows.map(({ key, unit, baseline, candidate }) => [key, unit, baseline, candidate]),
    [
      ['queueMs', 'ms', 3, 40],
      ['preemptions', 'count', 0, 3],
    ],
  );
  assert.deepEqual(serverSides([]), []);
});
