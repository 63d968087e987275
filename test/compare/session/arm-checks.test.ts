import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheChecks, errorChecks, inOrder, lengthChecks } from '../../../src/compare/session/arm-checks.ts';
import type { Pair, ServerSide } from '../../../src/compare/session/arm-run.ts';
import { sampleAnswer, sampleArmRun, samplePair } from '../../helpers/sample-pairs.ts';

const pairs = (change: Parameters<typeof samplePair>[1]): Pair[] =>
  [0, 1, 2].map(() => samplePair(1, change));

test('errors: an arm that fails more than one request in a hundred, valid runs or not', () => {
  const failing = (errors: number) =>
    pairs(() => ({ candidate: sampleArmRun(1, { summary: { requests: 1000, errors, valid: false } }) }));
  assert.deepEqual(errorChecks(failing(10)), []);
  assert.deepEqual(errorChecks(failing(11)), [
    { kind: 'errors', arm: 'candidate', failed: 33, requests: 3_000, limit: 0.01 },
  ]);
});

test('lengths: output tokens of the same requests half a percent apart', () => {
  const longer = (tokens: number) =>
    pairs(() => ({
      baseline: sampleArmRun(1, { answers: [sampleAnswer({ tokens: 1000 }), null] }),
      candidate: sampleArmRun(1, { answers: [sampleAnswer({ tokens }), sampleAnswer({ tokens: 9999 })] }),
    }));
  assert.deepEqual(lengthChecks(longer(1005)), []);
  assert.deepEqual(lengthChecks(longer(1006)), [
    { kind: 'lengths', baseline: 3_000, candidate: 3_018, limit: 0.005 },
  ]);
  const unknown = pairs(() => ({
    candidate: sampleArmRun(1, { answers: [sampleAnswer({ tokens: null })] }),
  }));
  assert.deepEqual(lengthChecks(unknown), []);
});

test('cache: hit rates more than a percentage point apart, unless caching itself was switched', () => {
  const side = (prefixCacheHitRate: number): ServerSide => ({
    prefixCacheHitRate,
    queueMs: null,
    prefillMs: null,
    kvCachePeak: null,
    preemptions: null,
    iterationTokens: null,
  });
  const warm = (rate: number) =>
    pairs(() => ({
      baseline: sampleArmRun(1, { server: side(0.2) }),
      candidate: sampleArmRun(1, { server: side(rate) }),
    }));
  assert.deepEqual(cacheChecks(warm(0.2099), []), []);
  const [found] = cacheChecks(warm(0.62), []);
  assert.ok(found?.kind === 'cache' && Math.abs(found.baseline - 0.2) < 1e-9);
  assert.ok(Math.abs(found.candidate - 0.62) < 1e-9);
  const switched = [{ name: 'cache_config.enable_prefix_caching', baseline: 'false', candidate: 'true' }];
  assert.deepEqual(cacheChecks(warm(0.62), switched), []);
  assert.deepEqual(
    cacheChecks(
      pairs(() => ({})),
      [],
    ),
    [],
  );
});

test('runs in the order in which they ran', () => {
  const order = (first: Pair['first']) => inOrder(samplePair(1, () => ({ first }))).map(([arm]) => arm);
  assert.deepEqual(order('baseline'), ['baseline', 'candidate']);
  assert.deepEqual(order('candidate'), ['candidate', 'baseline']);
});
