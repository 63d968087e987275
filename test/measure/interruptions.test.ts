import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createInterruptions, type Interruptions } from '../../src/measure/interruptions.ts';
import type { MeasuredResult } from '../../src/measure/run-summary.ts';
import { createRandom } from '../../src/model/random.ts';
import { sampleResult } from '../helpers/sample-runs.ts';
import { type Read, timedAnswer } from '../helpers/timed-answer.ts';

/** A simulated run; times in milliseconds. */
interface Load {
  readonly connections: number;
  readonly requests: number;
  readonly firstMs: number;
  readonly stepMs: number;
  readonly tokens: number;
  readonly streamed: boolean;
  readonly seed: number;
  /** Spread of the logarithms of the first token's time and of the lengths. */
  readonly spread: number;
  readonly cold: { readonly requests: number; readonly firstMs: number } | null;
  readonly freeze: { readonly atMs: number; readonly lengthMs: number } | null;
}

const SOUND: Load = {
  connections: 4,
  requests: 120,
  firstMs: 30,
  stepMs: 3,
  tokens: 10,
  streamed: true,
  seed: 1,
  spread: 0.1,
  cold: null,
  freeze: null,
};

/** A closed loop on a server that answers each request by itself. */
function play(load: Partial<Load>): Interruptions {
  const { connections, requests, firstMs, stepMs, tokens, streamed, seed, spread, cold, freeze } = {
    ...SOUND,
    ...load,
  };
  const random = createRandom(seed);
  const free = new Float64Array(connections);
  const late = (ms: number): number =>
    freeze !== null && ms >= freeze.atMs ? Math.max(ms + freeze.lengthMs, 0) : ms;
  // The server's clock stands while it is frozen; the connections' instants are on that clock.
  const answers = Array.from({ length: requests }, (_, seq): MeasuredResult => {
    const connection = free.indexOf(free.reduce((a, b) => Math.min(a, b)));
    const sent = free[connection] ?? 0;
    const first =
      seq < (cold?.requests ?? 0) ? (cold?.firstMs ?? 0) : firstMs * Math.exp(random.gaussian(0, spread));
    const count = Math.max(2, Math.round(tokens * Math.exp(random.gaussian(0, spread))));
    const times = Array.from({ length: count }, (_token, i) => sent + first + i * stepMs);
    free[connection] = (times.at(-1) ?? 0) + 0.2;
    const sentUs = late(sent) * 1e3;
    if (streamed) {
      const reads = times.map((ms): Read => [late(ms), ['content'], 1, 1]);
      return timedAnswer(reads, { seq, sentUs });
    }
    const finishedUs = late(times.at(-1) ?? 0) * 1e3;
    return { result: sampleResult({ seq, sentUs, finishedUs }), chunks: timedAnswer([]).chunks };
  });
  const endUs = answers.reduce((most, { result }) => Math.max(most, result.finishedUs), 0);
  const found = createInterruptions(endUs);
  for (const answer of answers) found.add(answer);
  return found.figures();
}

const LOAD = fc.record({
  connections: fc.integer({ min: 1, max: 32 }),
  requests: fc.integer({ min: 120, max: 300 }),
  firstMs: fc.integer({ min: 20, max: 100 }),
  stepMs: fc.integer({ min: 1, max: 10 }),
  tokens: fc.integer({ min: 5, max: 30 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

test('a cold start is found whatever the load, with its size and its end', () => {
  fc.assert(
    fc.property(LOAD, fc.integer({ min: 2, max: 20 }), (load, requests) => {
      const firstMs = 5 * (load.firstMs + load.stepMs * load.tokens) + 100;
      const { coldStart, stalls } = play({ ...load, cold: { requests, firstMs } });
      assert.equal(coldStart?.requests, requests);
      assert.ok((coldStart?.medianMs ?? 0) >= 3 * (coldStart?.laterMs ?? 0));
      assert.deepEqual(stalls, []);
    }),
    { numRuns: 60 },
  );
});

test('a stall is found whatever the load, streamed or not, when it was and how long', () => {
  fc.assert(
    fc.property(LOAD, fc.integer({ min: 2_000, max: 9_000 }), fc.boolean(), (load, lengthMs, streamed) => {
      const connections = Math.max(2, load.connections);
      // Behind four rounds of answers: a stall within the first ones is a cold start.
      const rounds = Math.max(4, load.requests / connections / 2);
      const atMs = (load.firstMs + load.stepMs * load.tokens) * rounds;
      const { stalls, coldStart } = play({
        ...load,
        requests: load.requests + 20 * connections,
        connections,
        streamed,
        freeze: { atMs, lengthMs },
      });
      const [stall] = stalls;
      assert.equal(coldStart, null);
      assert.equal(stalls.length, 1);
      assert.ok(Math.abs((stall?.atMs ?? 0) - atMs) < 500, `${stall?.atMs} for ${atMs}`);
      assert.ok(Math.abs((stall?.lengthMs ?? 0) - lengthMs) < 500, `${stall?.lengthMs} for ${lengthMs}`);
    }),
    { numRuns: 60 },
  );
});

test('sound runs, heavy tails too, are said to be cold or to stall in at most 1 of 100', () => {
  const runs = [0.1, 0.5, 1].flatMap((spread) =>
    [1, 2, 8].flatMap((connections) =>
      [true, false].flatMap((streamed) =>
        Array.from({ length: 60 }, (_, i) =>
          play({ spread, connections, streamed, seed: i + 1, firstMs: 200, stepMs: 80, tokens: 10 }),
        ),
      ),
    ),
  );
  const cold = runs.filter(({ coldStart }) => coldStart !== null).length;
  const stalled = runs.filter(({ stalls }) => stalls.length > 0).length;
  assert.ok(
    cold <= runs.length / 100 && stalled <= runs.length / 100,
    `${cold}, ${stalled} of ${runs.length}`,
  );
});

test('a server that took no connection for a while, and answered before and after', () => {
  const found = createInterruptions(60e6);
  const add = (finishedMs: number, refused = false): void => {
    const answer = { sentUs: (finishedMs - 50) * 1e3, finishedUs: finishedMs * 1e3 };
    const failure = { sentUs: null, outcome: 'unreachable', errorCode: 'refused' } as const;
    const result = sampleResult(refused ? { ...answer, ...failure } : answer);
    found.add({ result, chunks: timedAnswer([]).chunks });
  };
  for (const ms of [100, 200, 300, 9_000]) add(ms);
  for (const ms of [400, 1_400, 2_400, 12_000]) add(ms, true);
  assert.deepEqual(found.figures().outages, [{ atMs: 400, lengthMs: 8_600, failed: 3 }]);
});

test('plain answers that come in waves are no stalls; a silence longer than an answer takes is one', () => {
  const waves = { streamed: false, connections: 50, requests: 250, firstMs: 3_000, spread: 0.02 };
  assert.deepEqual(play(waves).stalls, []);
  const [frozen] = play({ ...waves, freeze: { atMs: 7_000, lengthMs: 20_000 } }).stalls;
  assert.ok(frozen !== undefined && frozen.lengthMs > 20_000, JSON.stringify(frozen));
});
