import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../../src/model/user-error.ts';
import { createEngine, engineOptions } from '../../../src/simulate/engine/create-engine.ts';
import { A40_14B, PROFILES } from '../../../src/simulate/profiles/profiles.ts';
import { playEngine } from '../../helpers/play-engine.ts';

test('every built-in profile answers, with its defaults', () => {
  for (const profile of Object.values(PROFILES)) {
    const events = playEngine({ profile }, [{ atUs: 0, outputTokens: 3 }]);
    assert.equal(events.at(-1)?.kind, 'answered', profile.name);
  }
});

test('a card too small for its model is the user’s to mend', () => {
  assert.throws(() => createEngine({ profile: A40_14B, limits: { gpuMemoryUtilization: 0.5 } }), UserError);
});

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
