import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distribution } from '../../../src/simulate/texts/logprobs.ts';

test('the token leads, probabilities fall and do not add up to more than 1, the same every time', () => {
  fc.assert(
    fc.property(fc.nat(151_000), fc.nat(1_000), fc.nat(20), (id, position, top) => {
      const entries = distribution({ id, text: ' x' }, position, top);
      assert.equal(entries.length, top + 1);
      assert.deepEqual([entries[0]?.id, entries[0]?.rank], [id, 1]);
      const logprobs = entries.map(({ logprob }) => logprob);
      assert.deepEqual(
        [...logprobs].sort((a, b) => b - a),
        logprobs,
      );
      assert.ok(logprobs.reduce((sum, logprob) => sum + Math.exp(logprob), 0) <= 1.000001);
      assert.ok(
        logprobs.every((logprob) => Math.fround(logprob) === logprob),
        '32-bit floats',
      );
      assert.equal(new Set(entries.map((entry) => entry.id)).size, top + 1);
      assert.deepEqual(distribution({ id, text: ' x' }, position, top), entries);
    }),
  );
});
