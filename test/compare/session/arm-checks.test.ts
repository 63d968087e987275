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
    { check: 'errors', message: 'the candidate failed 1.1 % of its requests (33 of 3000), more than 1 %' },
  ]);
});

test('lengths: output tokens of the same requests half a percent apart', () => {
  const longer = (tokens: number) =>
    pairs(() => ({
      baseline: sampleArmRun(1, { answers: [sampleAnswer({ tokens: 1000 }), null] }),
      candidate: sampleArmRun(1, { answers: [sampleAnswer({ tokens }), sampleAnswer({ tokens: 9999 })] }),
    }));
  assert.deepEqual(lengthChecks(longer(1005)), []);
  const [found] = lengthChecks(longer(1006));
  assert.equal(found?.check, 'lengths');
  assert.match(found?.message ?? '', /3000 tokens and the candidate 3018, 0\.6 % apart, more than 0\.5 %/);
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
  assert.match(
    found?.message ?? '',
    /20\.0 % of the baseline's prompt tokens and 62\.0 % .* more than 1 % apart/,
  );
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
