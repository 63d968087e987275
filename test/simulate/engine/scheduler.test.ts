import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createKvCache } from '../../../src/simulate/engine/kv-cache.ts';
import {
  endSequenceStep,
  lackingTokens,
  loadOf,
  type NewSequence,
  newSequence,
  Scheduler,
  type SchedulerOptions,
  type Step,
} from '../../../src/simulate/engine/scheduler.ts';

const OPTIONS: SchedulerOptions = {
  maxNumSeqs: 4,
  maxNumBatchedTokens: 10,
  reserveWholePrompt: false,
  draftTokens: 0,
  accepted: () => 0,
};

function scheduler(options: Partial<SchedulerOptions> = {}, blocks = 1000, blockSize = 4): Scheduler {
  return new Scheduler({ ...OPTIONS, ...options }, createKvCache(blocks, blockSize));
}

function sequence(
  id: number,
  promptTokens: number,
  outputTokens: number,
  blocks: number[] = [],
): NewSequence {
  return { id, promptTokens, outputTokens, blocks };
}

/** Tokens per id that the end of a step gives. */
const tokensOf = (of: Scheduler): Record<number, number> =>
  Object.fromEntries(of.endStep().map(({ id, tokens }) => [id, tokens]));

const totalTokens = (step: Step | null): number =>
  step === null ? 0 : step.load.decode.tokens + step.load.prefill.tokens;

test('decodes take one token each, a long prompt takes the rest of the budget and is continued beside them', () => {
  const s = scheduler();
  s.add(sequence(1, 2, 3));
  const first = s.beginStep();
  assert.deepEqual(first?.load, {
    decode: { tokens: 0, sequences: 0, contextTokens: 0 },
    prefill: { tokens: 2, sequences: 1, contextTokens: 2 },
    prefillPairs: 3,
  });
  assert.deepEqual(tokensOf(s), { 1: 1 });
  s.add(sequence(2, 15, 1));
  assert.deepEqual(s.beginStep()?.load, {
    decode: { tokens: 1, sequences: 1, contextTokens: 3 },
    prefill: { tokens: 9, sequences: 1, contextTokens: 9 },
    prefillPairs: 45,
  });
  assert.deepEqual(tokensOf(s), { 1: 1 });
  assert.deepEqual(s.beginStep()?.load, {
    decode: { tokens: 1, sequences: 1, contextTokens: 4 },
    prefill: { tokens: 6, sequences: 1, contextTokens: 15 },
    // Each of the 6 tokens attends to the 9 before and to itself and its forerunners.
    prefillPairs: 6 * 9 + 21,
  });
  assert.deepEqual(
    s.endStep().map(({ id, finished }) => [id, finished]),
    [
      [1, true],
      [2, true],
    ],
  );
  assert.equal(s.beginStep(), null);
});

test('running requests are limited, the waiting queue is first come first served', () => {
  const s = scheduler({ maxNumSeqs: 1 });
  for (const id of [1, 2]) s.add(sequence(id, 1, 1));
  s.beginStep();
  assert.deepEqual([s.running, s.waiting], [1, 1]);
  assert.deepEqual(tokensOf(s), { 1: 1 });
  s.beginStep();
  assert.deepEqual(tokensOf(s), { 2: 1 });
});

test('an aborted request leaves with the next step, running or waiting, and frees its slot and its blocks', () => {
  const cache = createKvCache(8, 4);
  const s = new Scheduler({ ...OPTIONS, maxNumSeqs: 1 }, cache);
  s.add(sequence(1, 8, 20));
  s.add(sequence(2, 1, 20));
  s.add(sequence(3, 1, 1));
  s.beginStep();
  assert.equal(cache.free, 6);
  for (const id of [1, 2, 99]) s.abort(id);
  s.endStep();
  s.beginStep();
  assert.deepEqual([s.running, s.waiting, cache.free], [1, 0, 7]);
  assert.deepEqual(tokensOf(s), { 3: 1 });
  assert.equal(cache.free, 8);
});

test('when blocks run out the last running sequence is preempted, waits first and is computed again, output included', () => {
  const s = scheduler({ maxNumBatchedTokens: 100 }, 5, 4);
  s.add(sequence(1, 8, 8));
  s.add(sequence(2, 8, 8));
  s.beginStep();
  s.endStep();
  s.add(sequence(3, 1, 1));
  // Each now needs a third block, and there is one left.
  const step = s.beginStep();
  assert.deepEqual(step?.preempted, [2]);
  assert.deepEqual(step?.admitted, []);
  assert.deepEqual([s.running, s.waiting], [1, 2]);
  s.endStep();
  const tokens: Record<number, number> = { 1: 2, 2: 1 };
  const readmitted: unknown[] = [];
  for (let next = s.beginStep(); next !== null; next = s.beginStep()) {
    readmitted.push(...next.admitted.filter(({ id }) => id === 2));
    for (const { id, tokens: count } of s.endStep()) tokens[id] = (tokens[id] ?? 0) + count;
  }
  assert.deepEqual(readmitted, [{ id: 2, tokens: 9, cachedTokens: 0, resumed: true }]);
  assert.deepEqual(tokens, { 1: 8, 2: 8, 3: 1 });
});

test('a shared prefix is found in whole blocks, also within one step; a prompt known as a whole recomputes its last block', () => {
  const s = scheduler({ maxNumBatchedTokens: 100 });
  const prompt = (id: number): NewSequence => sequence(id, 9, 1, [1, 2]);
  for (const id of [1, 2]) s.add(prompt(id));
  s.add(sequence(3, 8, 1, [1, 2]));
  const step = s.beginStep();
  assert.deepEqual(
    step?.admitted.map(({ id, cachedTokens }) => [id, cachedTokens]),
    [
      [1, 0],
      [2, 8],
      [3, 4],
    ],
  );
  assert.equal(step?.load.prefill.tokens, 9 + 1 + 4);
  assert.deepEqual(tokensOf(s), { 1: 1, 2: 1, 3: 1 });
});

test('the blocks of an answer are found by the next turn', () => {
  const s = scheduler({ maxNumBatchedTokens: 100 });
  s.add(sequence(1, 6, 7, [1, 2, 3]));
  while (s.beginStep() !== null) s.endStep();
  s.add(sequence(2, 17, 1, [1, 2, 3, 4]));
  // Of 13 tokens the last is never computed, so 12 are there: three blocks.
  assert.equal(s.beginStep()?.admitted[0]?.cachedTokens, 12);
});

test('newer versions let a prompt in only when all of it fits, older ones when its first piece does', () => {
  const admitted = (reserveWholePrompt: boolean): number => {
    const s = scheduler({ reserveWholePrompt, maxNumBatchedTokens: 6 }, 6, 4);
    s.add(sequence(1, 4, 8));
    s.beginStep();
    s.endStep();
    s.add(sequence(2, 20, 1));
    return s.beginStep()?.admitted.length ?? 0;
  };
  assert.deepEqual([admitted(false), admitted(true)], [1, 0]);
});

test('drafts are tokens of the step; those that are right come with the next token, none beyond the asked length', () => {
  const s = scheduler({ draftTokens: 3, accepted: () => 2 });
  s.add(sequence(1, 4, 6));
  assert.equal(s.beginStep()?.load.prefill.tokens, 4);
  s.endStep();
  assert.equal(s.beginStep()?.load.decode.tokens, 4);
  assert.deepEqual(s.endStep(), [{ id: 1, tokens: 3, finished: false, drafts: 3, acceptedDrafts: 2 }]);
  s.beginStep();
  assert.deepEqual(s.endStep(), [{ id: 1, tokens: 2, finished: true, drafts: 3, acceptedDrafts: 2 }]);
});

test('a sequence that could never fit is refused at once', () => {
  assert.throws(() => scheduler({}, 4, 4).add(sequence(1, 10, 7)), RangeError);
  scheduler({}, 4, 4).add(sequence(1, 10, 6));
});

test('whatever comes and goes, limits hold, blocks come back, and all that stay get exactly the tokens they asked for', () => {
  const request = fc.record({
    prompt: fc.integer({ min: 1, max: 30 }),
    output: fc.integer({ min: 1, max: 12 }),
    /** Requests of one family have the same prefix. */
    family: fc.integer({ min: 1, max: 3 }),
    /** Steps before it comes, and after how many more it goes; null for one that stays. */
    delay: fc.nat(6),
    abortAfter: fc.option(fc.nat(10)),
  });
  const options = fc.record({
    maxNumSeqs: fc.integer({ min: 1, max: 6 }),
    maxNumBatchedTokens: fc.integer({ min: 1, max: 20 }),
    reserveWholePrompt: fc.boolean(),
    draftTokens: fc.integer({ min: 0, max: 3 }),
  });
  const blocks = fc.integer({ min: 11, max: 30 });
  fc.assert(
    fc.property(
      fc.array(request, { minLength: 1, maxLength: 15 }),
      options,
      blocks,
      fc.integer(),
      (requests, limits, capacity, seed) => {
        const cache = createKvCache(capacity, 4);
        let draws = seed;
        const accepted = (drafts: number): number => {
          draws += 1;
          return Math.abs(draws) % (drafts + 1);
        };
        const s = new Scheduler({ ...limits, accepted }, cache);
        const tokens = new Map<number, number>();
        const finished = new Set<number>();
        let comes = 0;
        const arrivals = requests.map(({ delay }) => {
          comes += delay;
          return comes;
        });
        for (let n = 0; ; n++) {
          for (const [id, { prompt, output, family, abortAfter }] of requests.entries()) {
            const arrival = arrivals[id] ?? 0;
            const hashes = Array.from({ length: 11 }, (_, i) => family * 100 + i);
            if (n === arrival) s.add(sequence(id, prompt, output, hashes));
            if (abortAfter !== null && n === arrival + abortAfter) s.abort(id);
          }
          const step = s.beginStep();
          if (step === null && n > comes + 10) break;
          assert.ok(totalTokens(step) <= limits.maxNumBatchedTokens);
          assert.ok(step === null || totalTokens(step) >= 1, 'a step without work');
          assert.ok(s.running <= limits.maxNumSeqs);
          if (step === null) continue;
          for (const { id, tokens: count, finished: last } of s.endStep()) {
            assert.ok(!finished.has(id), 'a token after the last');
            tokens.set(id, (tokens.get(id) ?? 0) + count);
            if (last) finished.add(id);
          }
        }
        assert.equal(cache.free, capacity);
        assert.deepEqual([s.running, s.waiting], [0, 0]);
        for (const [id, { output, abortAfter }] of requests.entries()) {
          if (abortAfter === null) assert.equal(tokens.get(id), output);
          else assert.ok((tokens.get(id) ?? 0) <= output);
        }
      },
    ),
  );
});

const fresh = () => newSequence({ id: 1, promptTokens: 10, outputTokens: 5, blocks: [] });
const none = (): number => 0;

test('a piece of a prompt gives nothing, its end the first token, each decode one more', () => {
  const sequence = fresh();
  sequence.scheduled = 6;
  assert.equal(endSequenceStep(sequence, none), null);
  assert.equal(lackingTokens(sequence), 4);
  sequence.scheduled = 4;
  const first = endSequenceStep(sequence, none);
  assert.deepEqual(first, { id: 1, tokens: 1, finished: false, drafts: 0, acceptedDrafts: 0 });
  assert.equal(lackingTokens(sequence), 1);
  assert.equal(endSequenceStep(sequence, none), null, 'nothing was scheduled');
});

test('right drafts are computed and given, wrong ones are neither', () => {
  const sequence = Object.assign(fresh(), { produced: 1, computed: 10, scheduled: 4, drafts: 3 });
  assert.equal(endSequenceStep(sequence, () => 2)?.tokens, 3);
  assert.deepEqual([sequence.produced, sequence.computed, lackingTokens(sequence)], [4, 13, 1]);
  Object.assign(sequence, { scheduled: 4, drafts: 3 });
  assert.deepEqual(
    endSequenceStep(sequence, () => 3),
    {
      id: 1,
      tokens: 1,
      finished: true,
      drafts: 3,
      acceptedDrafts: 3,
    },
  );
});

test('a step separates decodes from prompts, and recomputed tokens count as a prompt', () => {
  const decoding = Object.assign(fresh(), { produced: 2, computed: 11, scheduled: 1 });
  const again = Object.assign(fresh(), { produced: 2, computed: 0, scheduled: 12 });
  const idle = fresh();
  assert.deepEqual(loadOf([decoding, again, idle]), {
    decode: { tokens: 1, sequences: 1, contextTokens: 12 },
    prefill: { tokens: 12, sequences: 1, contextTokens: 12 },
    prefillPairs: 78,
  });
});
