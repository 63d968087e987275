import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CORPORA } from '../../../src/simulate/texts/corpora.ts';

test('each prose goes round without a seam: languages with spaces end in one', () => {
  for (const language of ['en', 'ru', 'ko'] as const) assert.match(CORPORA[language], /[.] $/);
  for (const language of ['zh', 'ja'] as const) assert.match(CORPORA[language], /。$/);
});

test('each has a character of four bytes, and the Chinese one an even number of steps', () => {
  for (const text of Object.values(CORPORA)) assert.match(text, /\u{1f33e}/u);
  // 25 tokens are 38 characters.
  assert.equal(Array.from(CORPORA.zh).length % 38, 0);
});
