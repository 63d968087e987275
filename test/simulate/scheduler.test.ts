import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createScheduler } from '../../src/simulate/scheduler.ts';

test('decodes take one token each, a long prompt takes the rest of the budget and is continued', () => {
  const scheduler = createScheduler({ maxNumSeqs: 4, maxNumBatchedTokens: 10 });
  scheduler.add(1, 2, 3);
  assert.deepEqual(scheduler.beginStep(), { tokens: 2, sequences: 1, contextTokens: 2 });
  assert.deepEqual(scheduler.endStep(), { tokens: [1], finished: [] });
  scheduler.add(2, 15, 1);
  assert.deepEqual(scheduler.beginStep(), { tokens: 10, sequences: 2, contextTokens: 3 + 9 });
  assert.deepEqual(scheduler.endStep(), { tokens: [1], finished: [] });
  assert.deepEqual(scheduler.beginStep(), { tokens: 7, sequences: 2, contextTokens: 4 + 15 });
  assert.deepEqual(scheduler.endStep(), { tokens: [1, 2], finished: [1, 2] });
  assert.equal(scheduler.beginStep(), null);
});

test('the seats are limited, the waiting queue is first come first served', () => {
  const scheduler = createScheduler({ maxNumSeqs: 1, maxNumBatchedTokens: 10 });
  scheduler.add(1, 1, 1);
  scheduler.add(2, 1, 1);
  scheduler.beginStep();
  assert.deepEqual([scheduler.running, scheduler.waiting], [1, 1]);
  assert.deepEqual(scheduler.endStep().finished, [1]);
  scheduler.beginStep();
  assert.deepEqual(scheduler.endStep().finished, [2]);
});

test('an aborted request leaves with the next step, running or waiting, and frees its seat', () => {
  const scheduler = createScheduler({ maxNumSeqs: 1, maxNumBatchedTokens: 10 });
  scheduler.add(1, 1, 100);
  scheduler.add(2, 1, 100);
  scheduler.add(3, 1, 1);
  scheduler.beginStep();
  scheduler.abort(1);
  scheduler.abort(2);
  scheduler.abort(99);
  scheduler.endStep();
  scheduler.beginStep();
  assert.deepEqual([scheduler.running, scheduler.waiting], [1, 0]);
  assert.deepEqual(scheduler.endStep().finished, [3]);
});

test('whatever comes, limits hold and everyone gets exactly the tokens asked for', () => {
  const request = fc.record({
    prompt: fc.integer({ min: 1, max: 40 }),
    output: fc.integer({ min: 1, max: 9 }),
  });
  const limits = fc.record({
    maxNumSeqs: fc.integer({ min: 1, max: 6 }),
    maxNumBatchedTokens: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 20 }), limits, (requests, limit) => {
      const scheduler = createScheduler(limit);
      const tokens = new Map<number, number>();
      for (const [id, { prompt, output }] of requests.entries()) scheduler.add(id, prompt, output);
      for (let step = scheduler.beginStep(); step !== null; step = scheduler.beginStep()) {
        assert.ok(step.tokens >= 1 && step.tokens <= limit.maxNumBatchedTokens);
        assert.ok(step.sequences <= limit.maxNumSeqs && scheduler.running <= limit.maxNumSeqs);
        for (const id of scheduler.endStep().tokens) tokens.set(id, (tokens.get(id) ?? 0) + 1);
      }
      assert.deepEqual(
        requests.map((_, id) => tokens.get(id)),
        requests.map(({ output }) => output),
      );
    }),
  );
});
