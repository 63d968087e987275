import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineOptions } from '../../../src/simulate/engine/engine-options.ts';
import { A40_14B } from '../../../src/simulate/profiles/a40-14b.ts';
import { PROFILES } from '../../../src/simulate/profiles/named-profiles.ts';

test('what is not said is the profile’s and vLLM’s', () => {
  assert.deepEqual(engineOptions({ profile: A40_14B, limits: { maxNumSeqs: 7 } }), {
    profile: A40_14B,
    limits: { maxNumSeqs: 7, maxNumBatchedTokens: 2048, gpuMemoryUtilization: 0.9 },
    prefixCaching: true,
    speculation: null,
    apiServerCount: 1,
    dialect: 'v0.8.5',
    seed: 1,
  });
  assert.equal(engineOptions({ profile: A40_14B, dialect: 'rust' }).dialect, 'rust');
  assert.equal(engineOptions({ profile: PROFILES.null }).limits.maxNumSeqs, Number.POSITIVE_INFINITY);
});
