import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createEngine, type EngineEvent } from '../../src/simulate/engine.ts';
import type { EngineRequest } from '../../src/simulate/engine-request.ts';
import { A40 } from '../helpers/quick-simulator.ts';

const request = (id: number, promptTokens: number, outputTokens: number): EngineRequest => ({
  id,
  promptTokens,
  promptBlocks: [],
  choices: [{ outputTokens, finishReason: 'length' }],
  maxTokens: outputTokens,
});

const LIMITS = { maxNumSeqs: 8, maxNumBatchedTokens: 64 };

/** All that happens to requests of the given sizes, sent at the given instants, when the driver looks every `everyUs`. */
function play(
  sizes: readonly { atUs: number; prompt: number; output: number }[],
  everyUs: number | null,
): EngineEvent[] {
  const engine = createEngine(A40, LIMITS, 3);
  const events: EngineEvent[] = [];
  const tell = (event: EngineEvent): void => {
    events.push(event);
  };
  [...sizes.entries()]
    .sort(([, a], [, b]) => a.atUs - b.atUs)
    .forEach(([id, { atUs, prompt, output }]) => {
      engine.advance(atUs, tell);
      engine.submit(request(id, prompt, output), atUs);
    });
  for (let at = engine.nextDueUs(); at !== null; at = engine.nextDueUs()) {
    engine.advance(everyUs === null ? at : Math.ceil(at / everyUs) * everyUs, tell);
  }
  return events;
}

test('a request is accepted, gets its tokens step by step, is answered; times never go back', () => {
  const size = fc.record({
    atUs: fc.integer({ min: 0, max: 2_000_000 }),
    prompt: fc.integer({ min: 1, max: 100 }),
    output: fc.integer({ min: 1, max: 12 }),
  });
  fc.assert(
    fc.property(fc.array(size, { minLength: 1, maxLength: 15 }), (sizes) => {
      const events = play(sizes, null);
      for (let i = 1; i < events.length; i++)
        assert.ok((events[i]?.atUs ?? 0) >= (events[i - 1]?.atUs ?? 0), `event ${i} went back in time`);
      sizes.forEach(({ output, atUs }, id) => {
        const own = events.filter((e) =>
          e.kind === 'tokens' ? e.deliveries.some((delivery) => delivery.id === id) : e.id === id,
        );
        assert.deepEqual(
          own.map(({ kind }) => kind),
          ['accepted', 'scheduled', ...new Array<string>(output).fill('tokens'), 'answered'],
        );
        assert.ok((own[0]?.atUs ?? 0) >= atUs + 0.7 * 8_700);
      });
    }),
    { numRuns: 50 },
  );
});

test('a driver that looks late sees the same events at the same instants', () => {
  const sizes = [
    { atUs: 0, prompt: 13, output: 5 },
    { atUs: 100_000, prompt: 200, output: 3 },
  ];
  assert.deepEqual(play(sizes, 500_000), play(sizes, null));
});

test('an aborted request is never heard of again and an idle server has nothing due', () => {
  const engine = createEngine(A40, LIMITS, 1);
  const heard: EngineEvent[] = [];
  engine.submit(request(1, 5, 1000), 0);
  engine.advance(1_000_000, (event) => heard.push(event));
  assert.equal(engine.running, 1);
  engine.abort(1);
  const before = heard.length;
  engine.advance(3_600e6, (event) => heard.push(event));
  assert.equal(heard.length, before);
  assert.equal(engine.running, 0);
  assert.equal(engine.nextDueUs(), null);
});
