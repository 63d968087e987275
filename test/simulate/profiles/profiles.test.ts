import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forwardMs } from '../../../src/simulate/engine/step-time.ts';
import { parseProfile } from '../../../src/simulate/profiles/parse-profile.ts';
import { A40_14B, H100_8B, PROFILES } from '../../../src/simulate/profiles/profiles.ts';
import { shortRequest, virtualClosedLoop } from '../../helpers/virtual-closed-loop.ts';

test('reading the weights takes what the card’s bandwidth allows at best, and a third more at most', () => {
  const atBest = (A40_14B.memory.weightsGiB * 2 ** 30) / 696e6;
  const took = forwardMs(A40_14B.step.forward, 1);
  assert.ok(took > atBest && took < 1.34 * atBest, `${took} ms, ${atBest} at best`);
});

const run = (connections: number, promptTokens: number, outputTokens: number) =>
  virtualClosedLoop({
    server: { profile: H100_8B },
    connections,
    durationUs: 20e6,
    request: () => shortRequest(promptTokens, outputTokens),
    seed: 1,
  }).answers;

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test('alone it decodes at the weights’ reading and little more', () => {
  const tpotMs = mean(run(1, 100, 200).map(({ tpotUs }) => (tpotUs ?? 0) / 1e3));
  // 6.4 ms of weights, 1 ms a step.
  assert.ok(tpotMs > 7.3 && tpotMs < 7.6, `${tpotMs} ms a token`);
});

test('a prompt of the whole budget takes its arithmetic', () => {
  const ttftMs = mean(run(1, 8_192, 1).map(({ ttftUs }) => ttftUs / 1e3));
  // 8,192 tokens of 16 billion operations, attention over 33.6 million pairs, at 495 TFLOP/s.
  const expected = 8_192 * 0.03247 + 33.56e6 * 1.06e-6 + 3.5;
  assert.ok(Math.abs(ttftMs / expected - 1) < 0.03, `${ttftMs} ms, not ${expected}`);
});

test('256 requests together decode at what their arithmetic and their context take', () => {
  const tpots = run(256, 256, 256).map(({ tpotUs }) => (tpotUs ?? 0) / 1e3);
  const median = tpots.sort((a, b) => a - b)[tpots.length >> 1] ?? 0;
  // √(6.4² + (256 x 0.0325)²), 256 x 384 tokens of context on average, 1 ms a step, 0.01 ms a request.
  const expected = Math.hypot(6.39, 256 * 0.03247) + 256 * 384 * 5.22e-5 + 1 + 2.56;
  // The others' prompts, 65,536 tokens a round, are computed beside them and make the 256 tokens 2.1 s longer at most.
  const most = expected + (256 * 256 * 0.0325) / 256;
  assert.ok(median > expected && median < most, `${median} ms, not ${expected} to ${most}`);
});

test('every built-in profile is known by its own name and is a valid file', () => {
  for (const [name, profile] of Object.entries(PROFILES)) {
    assert.equal(profile.name, name);
    assert.deepEqual(parseProfile('x.json', JSON.stringify(profile)), profile);
  }
});
