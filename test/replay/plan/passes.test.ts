import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPasses } from '../../../src/replay/plan/passes.ts';

test('a pass is a permutation, with positions that follow one another', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 }),
      fc.constantFrom('recorded' as const, 'shuffled' as const),
      fc.nat(),
      fc.nat(10),
      (lengths, order, seed, number) => {
        const { conversations, firstSeq } = createPasses(lengths, order, seed)(number);
        assert.deepEqual(
          [...conversations].sort((a, b) => a - b),
          [...lengths.keys()],
        );
        let seq = 0;
        conversations.forEach((conversation, k) => {
          assert.equal(firstSeq[k], seq);
          seq += lengths[conversation] ?? 0;
        });
      },
    ),
  );
});

test('every conversation comes first about equally often', () => {
  const passes = createPasses([1, 1, 1, 1], 'shuffled', 1);
  const first = [0, 0, 0, 0];
  for (let pass = 0; pass < 4_000; pass++) {
    const chosen = passes(pass).conversations[0] ?? 0;
    first[chosen] = (first[chosen] ?? 0) + 1;
  }
  // Five standard deviations of a binomial count of 4000 at 1/4.
  for (const times of first) assert.ok(Math.abs(times - 1_000) < 137, first.join());
});
