import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pair, ServerSide } from '../../../src/compare/session/arm-run.ts';
import {
  cacheChecks,
  driftChecks,
  errorChecks,
  inOrder,
  lengthChecks,
  slotChecks,
} from '../../../src/compare/session/cell-checks.ts';
import type { PairFigure } from '../../../src/compare/session/pair-figures.ts';
import { createRandom } from '../../../src/model/random.ts';
import { sampleAnswer, sampleArmRun, sampleCell, samplePair } from '../../helpers/sample-pairs.ts';

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
    { kind: 'lengths', baseline: 3_000, candidate: 3_018, limit: 0.005, pinned: false },
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

const { pairs: steady } = sampleCell(new Array(6).fill(1));
const NOISE = [0.002, -0.001, 0.0015, -0.002, 0.001, -0.0015];

/** Figures whose level drifts by `level` over the runs, and whose difference moves by `difference` over the steady. */
const figures = (level: number, difference: number): PairFigure[] =>
  steady.map(({ first }, k) => {
    const at = (second: boolean): number => (level * (2 * k + (second ? 1 : 0))) / 11;
    const baseline = Math.exp(at(first !== 'baseline') + (NOISE[k] ?? 0));
    const candidate = Math.exp(at(first !== 'candidate') + (difference * k) / 5 + (NOISE[5 - k] ?? 0));
    return { baseline, candidate, logRatio: Math.log(candidate / baseline) };
  });

const found = (level: number, difference: number) =>
  driftChecks('tpot', steady, figures(level, difference), 0.03).flatMap((one) =>
    one.kind === 'drift' ? [one] : [],
  );

test('a small drift of the machine is what the order of the arms is for', () => {
  assert.deepEqual(found(0, 0), []);
  assert.deepEqual(found(0.09, 0), []);
});

test('a large one means that there is no one state to judge', () => {
  const [drift, ...more] = found(0.2, 0);
  assert.deepEqual([drift?.of, drift?.metric, drift?.limit, more], ['both', 'tpot', 0.1, []]);
  assert.ok((drift?.ratio ?? 0) > 1.2 && (drift?.ratio ?? 0) < 1.3);
  const ratio = found(-0.2, 0)[0]?.ratio ?? 1;
  assert.ok(ratio > 0.8 && ratio < 0.9);
});

test('a difference that moves by more than the margin is another one at the end', () => {
  assert.deepEqual(found(0, 0.025), []);
  const moved = found(0, 0.08).at(-1);
  assert.deepEqual([moved?.of, moved?.limit], ['difference', 0.03]);
  assert.ok((moved?.ratio ?? 0) > 1.07);
});

test('noise is no drift, however large', () => {
  const noisy = steady.map((_, k) => {
    const candidate = Math.exp([0.3, -0.3, 0.2, -0.2, 0.25, -0.25][k] ?? 0);
    return { baseline: 1, candidate, logRatio: Math.log(candidate) };
  });
  assert.deepEqual(driftChecks('tpot', steady, noisy, 0.03), []);
});

const { pairs: PAIRS } = sampleCell(new Array(10).fill(1));

/** Pairs whose second run differs by `bias`, with noise of 2 % that is normal, or of Student's t with three degrees. */
function biased(bias: number, seed: number, n: number, heavy = false) {
  const random = createRandom(seed);
  const some = PAIRS.slice(0, n);
  const noise = (): number => {
    const squares = [1, 2, 3].reduce((sum) => sum + random.gaussian(0, 1) ** 2, 0);
    return random.gaussian(0, 0.02) / (heavy ? Math.sqrt(squares / 3) : 1);
  };
  const of = some.map(({ first }): PairFigure => {
    const logRatio = noise() + (first === 'baseline' ? bias : -bias);
    return { baseline: 1, candidate: Math.exp(logRatio), logRatio };
  });
  return slotChecks('tpot', some, of, 0.03);
}

test('slot: a bias of the second position is found, with its size', () => {
  const [bias_] = biased(0.1, 7, 8);
  assert.ok(bias_?.kind === 'slot' && Math.abs(Math.log(bias_.ratio) - 0.1) < 0.03);
  const missed = Array.from({ length: 200 }, (_, i) => biased(0.1, i + 1, 8)).filter((f) => f.length === 0);
  assert.ok(missed.length <= 10, `${missed.length} of 200`);
});

test('slot: sessions without a bias are refused in at most 1 of 100, heavy tails too', () => {
  for (const heavy of [false, true]) {
    for (const n of [4, 6, 10]) {
      const alarms = Array.from({ length: 1_000 }, (_, i) => biased(0, i + 1, n, heavy)).filter(
        (bias_) => bias_.length > 0,
      );
      assert.ok(alarms.length <= 10, `${alarms.length} of 1000 with ${n} pairs`);
    }
  }
  assert.deepEqual(biased(0.5, 1, 3), []);
});
