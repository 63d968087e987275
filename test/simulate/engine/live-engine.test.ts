import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/model/clock.ts';
import {
  createLateness,
  type EngineObserver,
  type Generation,
  type LiveEngine,
  type LiveEngineSettings,
  startLiveEngine,
} from '../../../src/simulate/engine/live-engine.ts';
import { A40_14B, PROFILES } from '../../../src/simulate/profiles/profiles.ts';
import { shortRequest } from '../../helpers/virtual-closed-loop.ts';

const UNHEARD: EngineObserver = {
  submitted: () => undefined,
  observe: () => undefined,
  aborted: () => undefined,
  refused: () => undefined,
};

const DEAF: Generation = {
  accepted: () => undefined,
  scheduled: () => undefined,
  tokens: () => undefined,
  answered: () => undefined,
};

function start(settings: Partial<LiveEngineSettings> = {}, observer = UNHEARD): LiveEngine {
  const all = { profile: A40_14B, timeScale: 100, maxNumQueuedReqs: null, ...settings };
  return startLiveEngine(all, systemClock, observer);
}

test('the owner hears of everything in order, tokens on model time, the answer last', async () => {
  const engine = start();
  const heard: string[] = [];
  const tokensUs: number[] = [];
  const answeredUs = await new Promise<number>((resolve) => {
    engine.submit(shortRequest(13, 10), {
      accepted: () => void heard.push('accepted'),
      scheduled: (cachedTokens) => void heard.push(`scheduled ${cachedTokens}`),
      tokens: (choice, count, atUs) => {
        heard.push(`${count} for ${choice}`);
        tokensUs.push(atUs);
      },
      answered: resolve,
    });
  });
  engine.stop();
  assert.deepEqual(heard, ['accepted', 'scheduled 0', ...new Array<string>(10).fill('1 for 0')]);
  const stepMs = ((tokensUs.at(-1) ?? 0) - (tokensUs[0] ?? 0)) / 9 / 1e3;
  assert.ok(stepMs > 50 && stepMs < 60, `a step took ${stepMs} ms of model time`);
  assert.ok(answeredUs > (tokensUs.at(-1) ?? 0));
  const { count, maxMs } = engine.lateness();
  assert.equal(count, 10);
  assert.ok((maxMs ?? -1) >= 0);
});

test('the observer hears of everything, of aborts and refusals too', async () => {
  const heard: string[] = [];
  const engine = start(
    { profile: PROFILES.null, maxNumQueuedReqs: 1 },
    {
      submitted: ({ id }) => void heard.push(`submitted ${id}`),
      observe: ({ kind }) => void heard.push(kind),
      aborted: (id) => void heard.push(`aborted ${id}`),
      refused: () => void heard.push('refused'),
    },
  );
  await new Promise<void>((resolve) => {
    engine.submit(shortRequest(), { ...DEAF, answered: () => resolve() });
    assert.equal(engine.submit(shortRequest(), DEAF), null);
  });
  const again = engine.submit(shortRequest(), DEAF);
  assert.ok(again !== null, 'the answered request has left its place');
  engine.abort(again);
  assert.ok(engine.submit(shortRequest(), DEAF) !== null, 'so has the aborted one');
  engine.stop();
  assert.deepEqual(heard.slice(0, 6), [
    'submitted 0',
    'refused',
    'accepted',
    'scheduled',
    'tokens',
    'answered',
  ]);
  assert.deepEqual(heard.slice(6), ['submitted 1', 'aborted 1', 'submitted 2']);
});

test('every choice takes a place of the queue', () => {
  const engine = start({ maxNumQueuedReqs: 2 });
  const [choice] = shortRequest().choices;
  assert.ok(choice !== undefined);
  assert.equal(engine.submit({ ...shortRequest(), choices: [choice, choice, choice] }, DEAF), null);
  assert.notEqual(engine.submit({ ...shortRequest(), choices: [choice, choice] }, DEAF), null);
  assert.equal(engine.submit(shortRequest(), DEAF), null);
  engine.stop();
});

test('an aborted request hears nothing more', async () => {
  const engine = start();
  let heard = 0;
  const count = (): void => {
    heard += 1;
  };
  const id = engine.submit(shortRequest(1, 1000), {
    accepted: count,
    scheduled: count,
    tokens: count,
    answered: count,
  });
  assert.ok(id !== null);
  engine.abort(id);
  await sleep(30);
  assert.equal(heard, 0);
  assert.equal(engine.running, 0);
  engine.stop();
});

test('a cached prefix is reported, until the cache is reset', async () => {
  const engine = start();
  const request = { ...shortRequest(40, 1), promptBlocks: [1, 2] };
  const cached = (): Promise<number> =>
    new Promise((resolve) => {
      let found = -1;
      engine.submit(request, {
        ...DEAF,
        scheduled: (tokens) => {
          found = tokens;
        },
        answered: () => resolve(found),
      });
    });
  assert.deepEqual([await cached(), await cached()], [0, 32]);
  assert.equal(engine.resetPrefixCache(), true);
  assert.equal(await cached(), 0);
  assert.equal(engine.blockSize, 16);
  engine.stop();
});

test('quantiles are right within a bin, the maximum exactly', () => {
  const lateness = createLateness();
  assert.deepEqual(lateness.summary(), { count: 0, p50Ms: null, p99Ms: null, maxMs: null });
  for (let i = 1; i <= 1000; i++) lateness.add(i / 100);
  lateness.add(5000);
  const { count, p50Ms, p99Ms, maxMs } = lateness.summary();
  assert.deepEqual([count, maxMs], [1001, 5000]);
  assert.ok(Math.abs((p50Ms ?? 0) - 5.01) <= 0.03, `median ${p50Ms}`);
  assert.ok(Math.abs((p99Ms ?? 0) - 9.91) <= 0.03, `p99 ${p99Ms}`);
});
