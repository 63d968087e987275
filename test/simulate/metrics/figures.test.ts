import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dialect } from '../../../src/simulate/dialect.ts';
import { engineOptions } from '../../../src/simulate/engine/create-engine.ts';
import type { EngineEvent } from '../../../src/simulate/engine/engine.ts';
import { createFiguresCounter, type FiguresCounter } from '../../../src/simulate/metrics/figures.ts';
import { A40_14B } from '../../../src/simulate/profiles/profiles.ts';
import { engineRequest } from '../../helpers/play-engine.ts';

function counterOf(dialect: Dialect = 'v0.32', timeScale = 1): FiguresCounter {
  const profile = { ...A40_14B, maxModelLen: 1000 };
  const options = engineOptions({ profile, dialect, speculation: { draftTokens: 3, acceptance: 1 } });
  return createFiguresCounter({ ...options, cache: { blockSize: 16 } }, timeScale);
}

const tokens = (atUs: number, count = 1, more: object = {}): EngineEvent => ({
  kind: 'tokens',
  atUs,
  deliveries: [{ id: 1, choice: 0, count, finished: false, drafts: 0, acceptedDrafts: 0, ...more }],
});
const scheduled = (atUs: number, cachedTokens: number, resumed = false): EngineEvent => ({
  kind: 'scheduled',
  atUs,
  id: 1,
  choice: 0,
  tokens: resumed ? 101 : 100,
  cachedTokens,
  resumed,
});

test('each phase is measured between its instants, a preemption counts inside decode', () => {
  const counter = counterOf();
  counter.submitted(engineRequest(1, { promptTokens: 100, outputTokens: 3 }));
  for (const event of [
    { kind: 'accepted', atUs: 2e6, id: 1, arrivedUs: 1e6 },
    scheduled(3e6, 32),
    tokens(5e6),
    { kind: 'preempted', atUs: 5e6, id: 1, choice: 0 },
    scheduled(6e6, 0, true),
    tokens(8e6),
    tokens(8.5e6, 1, { finished: true }),
  ] as EngineEvent[])
    counter.observe(event);
  const { figures } = counter;
  const sums = Object.fromEntries(
    (['ttft', 'itl', 'e2e', 'queue', 'prefill', 'decode', 'inference', 'requestTpot'] as const).map(
      (name) => [name, figures[name].sum],
    ),
  );
  assert.deepEqual(sums, {
    ttft: 4,
    itl: 3.5,
    e2e: 7.5,
    queue: 1,
    prefill: 2,
    decode: 3.5,
    inference: 5.5,
    requestTpot: 1.75,
  });
  assert.deepEqual(figures.queried, { tokens: 100, blocks: 6 });
  assert.deepEqual(figures.found, { tokens: 32, blocks: 2 });
  assert.deepEqual([figures.preemptions, figures.requestPreemptions.sum], [1, 1]);
  assert.deepEqual(figures.promptTokens, { total: 100, cached: 32 });
  assert.equal(figures.stepTokens.sum, 68 + 3);
  // Without max_tokens the server takes what is left of the longest request.
  assert.equal(figures.paramsMaxTokens.sum, 900);
  assert.equal(figures.finished.length, 1);
});

test('a server that runs ten times as fast counts in the time of its clients', () => {
  const counter = counterOf('v0.32', 10);
  counter.submitted(engineRequest(1, { promptTokens: 100, outputTokens: 1 }));
  counter.observe({ kind: 'accepted', atUs: 2e6, id: 1, arrivedUs: 1e6 });
  counter.observe(scheduled(3e6, 32));
  counter.observe(tokens(5e6, 1, { finished: true }));
  const { ttft, e2e, queue, prefill } = counter.figures;
  assert.deepEqual([ttft.sum, e2e.sum, queue.sum, prefill.sum], [0.4, 0.4, 0.1, 0.2]);
});

test('several choices are several requests of one parent', () => {
  const counter = counterOf();
  const choices = [2, 5].map((outputTokens) => ({ outputTokens, finishReason: 'stop' as const }));
  counter.submitted(engineRequest(1, { choices }));
  counter.observe({ kind: 'accepted', atUs: 1, id: 1, arrivedUs: 0 });
  counter.observe(tokens(10, 2, { finished: true }));
  assert.equal(counter.figures.paramsN.count, 0);
  counter.observe(tokens(20, 5, { choice: 1, finished: true }));
  const { finished, paramsN, requestMaxGenerationTokens, promptTokens } = counter.figures;
  assert.deepEqual([finished.stop, paramsN.sum, paramsN.count], [2, 2, 1]);
  assert.equal(requestMaxGenerationTokens.sum, 5);
  assert.equal(promptTokens.total, 26);
});

test('a client’s abort is counted by the Rust front end alone; refusals by their own name', () => {
  for (const [dialect, aborts, steps] of [
    ['v0.8.5', 0, 1],
    ['v0.32', 0, 2],
    ['rust', 1, 2],
  ] as const) {
    const counter = counterOf(dialect);
    counter.submitted(engineRequest(1, { outputTokens: 100 }));
    counter.observe({ kind: 'accepted', atUs: 0, id: 1, arrivedUs: 0 });
    counter.observe(tokens(10));
    counter.aborted(1, 1e6);
    counter.aborted(99, 1e6);
    counter.observe(tokens(20));
    counter.refused();
    const { figures } = counter;
    assert.deepEqual(
      [figures.finished.abort, figures.e2e.count, figures.generationTokens],
      [aborts, aborts, 1],
    );
    assert.equal(figures.stepTokens.count, steps + 1, dialect);
    assert.equal(figures.refused, 1);
  }
});

test('drafts are counted with what became of them', () => {
  const counter = counterOf();
  counter.submitted(engineRequest(1, { outputTokens: 100 }));
  for (const acceptedDrafts of [0, 1, 3])
    counter.observe(tokens(10, 1 + acceptedDrafts, { drafts: 3, acceptedDrafts }));
  assert.deepEqual(counter.figures.drafts, { steps: 3, tokens: 9, accepted: 4 });
  assert.deepEqual(counter.figures.acceptedAt, [2, 1, 1]);
});
