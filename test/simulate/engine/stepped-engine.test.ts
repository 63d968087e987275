import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../../src/model/random.ts';
import { createEngine } from '../../../src/simulate/engine/create-engine.ts';
import type { EngineEvent, EngineSettings } from '../../../src/simulate/engine/engine.ts';
import { createFrontEnd } from '../../../src/simulate/engine/stepped-engine.ts';
import { A40_14B } from '../../../src/simulate/profiles/profiles.ts';
import { engineRequest, eventsOf, playEngine, playToEnd } from '../../helpers/play-engine.ts';

/** Small enough for everything to happen: queues, pieces of prompts, preemptions. */
const SMALL: EngineSettings = {
  profile: {
    ...A40_14B,
    maxModelLen: 160,
    memory: { ...A40_14B.memory, gpuGiB: (29 + (12 * 16 * 196_608) / 2 ** 30) / 0.9 },
  },
  limits: { maxNumSeqs: 8, maxNumBatchedTokens: 64 },
  seed: 3,
};

test('a request is accepted, scheduled, gets its tokens step by step, is answered; times never go back', () => {
  const request = fc.record({
    atUs: fc.integer({ min: 0, max: 2_000_000 }),
    promptTokens: fc.integer({ min: 1, max: 100 }),
    outputs: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 12 }), (requests) => {
      const timed = requests.map(({ outputs, ...rest }) => ({
        ...rest,
        choices: outputs.map((outputTokens) => ({ outputTokens, finishReason: 'stop' as const })),
      }));
      const events = playEngine(SMALL, timed);
      for (let i = 1; i < events.length; i++)
        assert.ok((events[i]?.atUs ?? 0) >= (events[i - 1]?.atUs ?? 0), `event ${i} went back in time`);
      requests.forEach(({ outputs, atUs }, id) => {
        const own = eventsOf(events, id);
        assert.equal(own[0]?.kind, 'accepted');
        assert.ok((own[0]?.atUs ?? 0) >= atUs + 0.7 * 7_800);
        assert.equal(own.at(-1)?.kind, 'answered');
        for (const [choice, output] of outputs.entries()) {
          const scheduled = own.filter((e) => e.kind === 'scheduled' && e.choice === choice && !e.resumed);
          assert.equal(scheduled.length, 1);
          const deliveries = own.flatMap((e) => (e.kind === 'tokens' ? e.deliveries : []));
          const mine = deliveries.filter((d) => d.id === id && d.choice === choice);
          assert.equal(
            mine.reduce((sum, { count }) => sum + count, 0),
            output,
          );
          assert.deepEqual(
            mine.map(({ finished }) => finished),
            mine.map((_, i) => i === mine.length - 1),
          );
        }
      });
    }),
    { numRuns: 50 },
  );
});

test('a driver that looks late sees the same events at the same instants', () => {
  const requests = [
    { atUs: 0, outputTokens: 5 },
    { atUs: 100_000, promptTokens: 100, outputTokens: 3 },
  ];
  assert.deepEqual(playEngine(SMALL, requests, 500_000), playEngine(SMALL, requests));
});

test('equal seeds give equal runs, other seeds others', () => {
  const requests = [{ atUs: 0, outputTokens: 5 }];
  assert.deepEqual(playEngine(SMALL, requests), playEngine(SMALL, requests));
  assert.notDeepEqual(playEngine({ ...SMALL, seed: 4 }, requests), playEngine(SMALL, requests));
});

test('an aborted request is never heard of again and an idle server has nothing due', () => {
  const engine = createEngine(SMALL);
  const heard: EngineEvent[] = [];
  const tell = (event: EngineEvent): void => void heard.push(event);
  engine.submit(engineRequest(1, { promptTokens: 5, outputTokens: 100 }), 0);
  engine.advance(1_000_000, tell);
  engine.submit(engineRequest(2, {}), 1_000_000);
  assert.equal(engine.running, 1);
  assert.ok(engine.kvUsage > 0);
  for (const id of [1, 2]) engine.abort(id);
  const before = heard.length;
  engine.advance(3_600e6, tell);
  assert.equal(heard.length, before);
  assert.deepEqual([engine.running, engine.waiting, engine.kvUsage], [0, 0, 0]);
  assert.equal(engine.nextDueUs(), null);
});

test('equal prompts are found in the cache, unless caching is off or the cache was reset', () => {
  const cached = (settings: EngineSettings, reset = false): number[] => {
    const engine = createEngine(settings);
    const hits: number[] = [];
    const tell = (event: EngineEvent): void => {
      if (event.kind === 'scheduled') hits.push(event.cachedTokens);
    };
    for (const id of [1, 2]) {
      engine.submit(engineRequest(id, { promptTokens: 40, promptBlocks: [7, 8] }), id * 1e6);
      engine.advance(id * 1e6 + 10_000, tell);
      if (reset) assert.equal(engine.resetPrefixCache(), false, 'blocks are in use');
      playToEnd(engine, tell);
      if (reset) assert.equal(engine.resetPrefixCache(), true);
    }
    return hits;
  };
  assert.deepEqual(cached(SMALL), [0, 32]);
  assert.deepEqual(cached({ ...SMALL, prefixCaching: false }), [0, 0]);
  assert.deepEqual(cached(SMALL, true), [0, 0]);
});

test('a cache that is too small preempts requests and reports it', () => {
  const requests = Array.from({ length: 4 }, () => ({ atUs: 0, promptTokens: 30, outputTokens: 60 }));
  const events = playEngine(SMALL, requests);
  const preempted = events.filter(({ kind }) => kind === 'preempted');
  assert.ok(preempted.length > 0);
  const resumed = events.filter((event) => event.kind === 'scheduled' && event.resumed);
  assert.equal(resumed.length, preempted.length);
});

test('speed changes the next step, the prompts’ share and the front end alone if so asked', () => {
  const ends = (speed: object): number => {
    const engine = createEngine({
      ...SMALL,
      profile: { ...A40_14B, step: { ...A40_14B.step, noise: { white: 0, drift: 0, driftSec: 1 } } },
    });
    engine.setSpeed(speed);
    engine.submit(engineRequest(1, { outputTokens: 20 }), 0);
    let last = 0;
    playToEnd(engine, (event) => {
      if (event.kind === 'tokens') last = event.atUs;
    });
    return last;
  };
  const usual = ends({});
  assert.ok(Math.abs(ends({ decode: 2, prefill: 2, frontEnd: 2 }) / usual - 2) < 1e-9);
  const first = usual - (ends({ decode: 2 }) - usual);
  assert.ok(first > 55_000 && first < 65_000, `ingest and the first step take ${first} us`);
});

test('drafts that are right make fewer steps, and the tokens come together', () => {
  const events = (acceptance: number): EngineEvent[] =>
    playEngine({ ...SMALL, speculation: { draftTokens: 3, acceptance } }, [{ atUs: 0, outputTokens: 41 }]);
  const counts = (of: EngineEvent[]): number[] =>
    of.flatMap((event) => (event.kind === 'tokens' ? event.deliveries.map(({ count }) => count) : []));
  assert.deepEqual(counts(events(0)), new Array(41).fill(1));
  assert.deepEqual(counts(events(1)), [1, ...new Array(10).fill(4)]);
  const accepted = counts(events(0.7)).slice(1, -1);
  // 1 + 0.7 + 0.49 + 0.343 tokens a step.
  const mean = accepted.reduce((sum, count) => sum + count, 0) / accepted.length;
  assert.ok(mean > 1.5 && mean < 3.6, `${mean} tokens a step`);
});

const COSTS = { ingestMs: 8, egressMs: 2, jitter: 0.25 };

test('one loop does one thing after another, in and out', () => {
  const frontEnd = createFrontEnd({ ...COSTS, jitter: 0 }, 1, createRandom(1));
  assert.deepEqual(frontEnd.ingest(1, 0), { fromUs: 0, toUs: 8_000 });
  assert.deepEqual(frontEnd.egress(7, 1_000), { fromUs: 8_000, toUs: 10_000 });
  assert.deepEqual(frontEnd.ingest(2, 50_000), { fromUs: 50_000, toUs: 58_000 });
});

test('several loops share the requests, each request staying with its own', () => {
  const frontEnd = createFrontEnd({ ...COSTS, jitter: 0 }, 2, createRandom(1));
  assert.deepEqual(
    [1, 2, 3].map((id) => frontEnd.ingest(id, 0).toUs),
    [8_000, 8_000, 16_000],
  );
  assert.equal(frontEnd.egress(3, 16_000).toUs, 18_000);
});

test('costs vary evenly within the jitter, and a slowdown scales them', () => {
  const frontEnd = createFrontEnd(COSTS, 1, createRandom(1));
  const costs = Array.from({ length: 2_000 }, (_, i) => {
    const { fromUs, toUs } = frontEnd.ingest(i, 0);
    return toUs - fromUs;
  });
  assert.ok(Math.min(...costs) >= 6_000 && Math.min(...costs) < 6_100);
  assert.ok(Math.max(...costs) <= 10_000 && Math.max(...costs) > 9_900);
  frontEnd.slowdown = 3;
  const { fromUs, toUs } = frontEnd.ingest(1, 1e9);
  assert.ok(toUs - fromUs >= 18_000 && toUs - fromUs <= 30_000);
});
