import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  endSequenceStep,
  lackingTokens,
  loadOf,
  newSequence,
} from '../../../src/simulate/engine/sequence.ts';

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

test('a load tells decodes from prompts, and what is computed again counts as a prompt', () => {
  const decoding = Object.assign(fresh(), { produced: 2, computed: 11, scheduled: 1 });
  const again = Object.assign(fresh(), { produced: 2, computed: 0, scheduled: 12 });
  const idle = fresh();
  assert.deepEqual(loadOf([decoding, again, idle]), {
    decode: { tokens: 1, sequences: 1, contextTokens: 12 },
    prefill: { tokens: 12, sequences: 1, contextTokens: 12 },
    prefillPairs: 78,
  });
});
