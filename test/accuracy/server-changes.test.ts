import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forwardMs, stepMs } from '../../src/simulate/engine/step-time.ts';
import { H100_8B } from '../../src/simulate/profiles/profiles.ts';
import { changeFigures, SERVER_CHANGES, type ServerChange } from '../helpers/server-changes.ts';

const both = (change: ServerChange) => ({
  before: changeFigures(change, 'before'),
  after: changeFigures(change, 'after'),
});

function near(actual: number, expected: number, within: number, what: string): void {
  assert.ok(
    Math.abs(actual / expected - 1) <= within,
    `${what}: ${actual}, not ${expected} ± ${within * 100} %`,
  );
}

const COSTS = H100_8B.step;

/** A step of the H100 that decodes `decodes` requests at `context` tokens each. */
function decodeMs(decodes: number, context: number, draftTokens = 0): number {
  const tokens = decodes * (1 + draftTokens);
  const decode = { tokens, sequences: decodes, contextTokens: decodes * context };
  const prefill = { tokens: 0, sequences: 0, contextTokens: 0 };
  return stepMs(COSTS, { decode, prefill, prefillPairs: 0 }, draftTokens);
}

test('a lower --max-num-seqs than connections limits the batch, and the others wait', () => {
  const { before, after } = both(SERVER_CHANGES.seats);
  const change: ServerChange = { ...SERVER_CHANGES.seats, connections: 128 };
  const alone = changeFigures(change, 'before');
  // 128 clients without a queue make the same batches, so the same rate and the same time per token.
  near(after.requestsPerSec, alone.requestsPerSec, 0.06, 'requests/s');
  near(after.tpotMs, alone.tpotMs, 0.05, 'TPOT');
  // Little's law: 200 clients at that rate, but for the last of some ten rounds, which does not end within the minute.
  // What they wait more than 128 clients do is spent before the first token.
  near(after.latencyMs, (200 / after.requestsPerSec) * 1e3, 0.1, 'latency');
  near(after.ttftMs - alone.ttftMs, after.latencyMs - alone.latencyMs, 0.1, 'the wait for a seat');
  assert.ok(after.requestsPerSec < 0.95 * before.requestsPerSec && after.ttftMs > 5 * before.ttftMs);
});

test('a smaller token budget with long prompts: no step is longer than its budget’s arithmetic', () => {
  const { before, after } = both(SERVER_CHANGES.budget);
  // A running request waits for the longest step of its life: a whole budget of prompt, and its share of attention.
  const longest = (budget: number): number => forwardMs(COSTS.forward, budget);
  assert.ok(after.longestGapMs > longest(512), `${after.longestGapMs} ms`);
  assert.ok(after.longestGapMs < 1.6 * longest(512), `${after.longestGapMs} ms`);
  assert.ok(before.longestGapMs > 0.95 * longest(8192) && before.longestGapMs < 1.3 * longest(8192));
});

test('prefix caching off with a shared prefix: every prompt is computed anew', () => {
  const { before, after } = both(SERVER_CHANGES.prefixCaching);
  assert.ok(before.cachedTokens > 0.95 * 4_000, `${before.cachedTokens} cached tokens a request`);
  assert.equal(after.cachedTokens, 0);
  // Busy all the time, the server spends on each request its prompt's arithmetic and its share of the decoding, which
  // the saved prefix shortens by 4,000 tokens' arithmetic and attention.
  const savedMs =
    (4_000 / 1e6) * forwardMs(COSTS.forward, 1e6) + (4_000 * 4_100 - 4_000 ** 2 / 2) * COSTS.perPrefillPairMs;
  const spentMs = (rate: number): number => 1e3 / rate;
  near(spentMs(after.requestsPerSec) - spentMs(before.requestsPerSec), savedMs, 0.2, 'time of a request');
});

test('too little memory: requests are preempted and computed again, which their clients see as a long gap', () => {
  const { before, after } = both(SERVER_CHANGES.memory);
  assert.equal(before.preemptions, 0);
  assert.ok(after.preemptions > 10);
  assert.ok(after.longestGapMs > 2 * before.longestGapMs);
});

test('speculative decoding gives 1 + p + p² + p³ tokens for a step with drafts', () => {
  const { before, after } = both(SERVER_CHANGES.speculation);
  const tokens = 1 + 0.7 + 0.7 ** 2 + 0.7 ** 3;
  near(before.tpotMs / after.tpotMs, (decodeMs(8, 400) / decodeMs(8, 400, 3)) * tokens, 0.1, 'TPOT ratio');
});

test('int4 weights take the time of their bytes off each step, and nothing off the prompts', () => {
  const { before, after } = both(SERVER_CHANGES.quantization);
  const weightsMs = forwardMs(COSTS.forward, 0);
  near(before.tpotMs - after.tpotMs, weightsMs * (1 - 1 / 3.5), 0.1, 'TPOT');
});

test('more API servers: one event loop no longer limits the rate', () => {
  const { before, after } = both(SERVER_CHANGES.apiServers);
  const { ingestMs, egressMs } = H100_8B.frontEnd;
  near(before.requestsPerSec, 1e3 / (ingestMs + egressMs), 0.03, 'requests/s of one loop');
  assert.ok(after.requestsPerSec > 1.5 * before.requestsPerSec);
});
