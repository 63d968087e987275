import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPrefixShare } from '../../src/measure/prefix-share.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const prompt = (text: string, scope = 'm') => ({ scope, text: bytes(text) });
const A = 'a'.repeat(640);

test('what stood in an earlier prompt from its beginning on, in whole blocks', () => {
  const prefix = createPrefixShare();
  prefix.add(prompt(A), 160);
  assert.equal(prefix.figures().share, 0);
  // Ten blocks shared, of a prompt of 1280 bytes and 320 tokens: half of them.
  prefix.add(prompt(A + 'b'.repeat(640)), 320);
  assert.deepEqual(prefix.figures(), { share: 160 / 480, prompts: 2, promptTokens: 480, complete: true });
});

test('an equal block at another place, or in another scope, is not the same', () => {
  const prefix = createPrefixShare();
  prefix.add(prompt(`${'x'.repeat(64)}${A}`), 100);
  prefix.add(prompt(`${'y'.repeat(64)}${A}`), 100);
  prefix.add(prompt(`${'x'.repeat(64)}${A}`, 'other model'), 100);
  assert.equal(prefix.figures().share, 0);
});

test('prompts below a block share nothing; none at all is unknown', () => {
  const prefix = createPrefixShare();
  assert.equal(prefix.figures().share, null);
  prefix.add(prompt('short'), 2);
  prefix.add(prompt('short'), 2);
  prefix.add(prompt(''), 0);
  assert.equal(prefix.figures().share, 0);
});

test('memory is bounded, and reaching the bound is reported', () => {
  const prefix = createPrefixShare(5);
  prefix.add(prompt(A), 160);
  assert.equal(prefix.figures().complete, false);
  prefix.add(prompt(A), 160);
  assert.equal(prefix.figures().share, 80 / 320);
});
