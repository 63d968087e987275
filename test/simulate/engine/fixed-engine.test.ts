import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFixedEngine } from '../../../src/simulate/engine/fixed-engine.ts';
import { PROFILES } from '../../../src/simulate/profiles/profiles.ts';
import { engineRequest, eventsOf, playEngine, playToEnd } from '../../helpers/play-engine.ts';

const CONSTANT = { profile: { ...PROFILES.constant, ttftMs: 100, itlMs: 10 } };

test('times are exactly those given, however many run', () => {
  const requests = Array.from({ length: 50 }, (_, i) => ({ atUs: i * 777, outputTokens: 4 }));
  const events = playEngine(CONSTANT, requests);
  requests.forEach(({ atUs }, id) => {
    assert.deepEqual(
      eventsOf(events, id).map((event) => [event.kind, event.atUs - atUs]),
      [
        ['accepted', 0],
        ['scheduled', 0],
        ['tokens', 100_000],
        ['tokens', 110_000],
        ['tokens', 120_000],
        ['tokens', 130_000],
        ['answered', 130_000],
      ],
    );
  });
});

test('null answers at once, all tokens together', () => {
  const events = playEngine({ profile: PROFILES.null }, [{ atUs: 5, outputTokens: 1000 }]);
  assert.deepEqual(
    events.map(({ kind, atUs }) => [kind, atUs]),
    [
      ['accepted', 5],
      ['scheduled', 5],
      ['tokens', 5],
      ['answered', 5],
    ],
  );
  const [delivery] = events.flatMap((event) => (event.kind === 'tokens' ? event.deliveries : []));
  assert.deepEqual([delivery?.count, delivery?.finished], [1000, true]);
});

test('choices of different lengths run side by side and are answered together', () => {
  const choices = [2, 4].map((outputTokens) => ({ outputTokens, finishReason: 'stop' as const }));
  const events = playEngine(CONSTANT, [{ atUs: 0, choices }]);
  const steps = events.flatMap((event) =>
    event.kind === 'tokens' ? [event.deliveries.map(({ choice }) => choice)] : [],
  );
  assert.deepEqual(steps, [[0, 1], [0, 1], [1], [1]]);
  assert.equal(events.filter(({ kind }) => kind === 'answered').length, 1);
});

test('an aborted request is never heard of again; speed scales first and further tokens each for itself', () => {
  const engine = createFixedEngine(CONSTANT.profile);
  const heard: number[] = [];
  engine.submit(engineRequest(1, { outputTokens: 3 }), 0);
  engine.submit(engineRequest(2, { outputTokens: 3 }), 0);
  assert.equal(engine.running, 2);
  engine.abort(1);
  engine.setSpeed({ prefill: 2, decode: 3 });
  playToEnd(engine, (event) => {
    if (event.kind !== 'tokens') return;
    assert.equal(event.deliveries[0]?.id, 2);
    heard.push(event.atUs);
  });
  assert.deepEqual(heard, [200_000, 230_000, 260_000]);
  assert.deepEqual([engine.running, engine.nextDueUs()], [0, null]);
  assert.equal(engine.resetPrefixCache(), true);
});
