import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CORPORA, languageOf, proseRing } from '../../../src/simulate/texts/prose.ts';

test('the answer has the language of the prompt', () => {
  const languages = ['写一个', 'これは漢字', '안녕', 'Привет', 'Bonjour'].map(languageOf);
  assert.deepEqual(languages, ['zh', 'ja', 'ko', 'ru', 'en']);
});

test('a ring is its prose', () => {
  for (const language of ['zh', 'ja', 'ko', 'ru', 'en'] as const) {
    const text = proseRing(language)
      .map((token) => token.text)
      .join('');
    assert.equal(text, CORPORA[language]);
  }
});

test('fifty tokens of Chinese are 76 characters, as the reference benchmark had them', () => {
  const ring = proseRing('zh');
  const lengths = ring.map(
    (_, start) =>
      Array.from({ length: 50 }, (_, i) => ring[(start + i) % ring.length]?.text ?? '').join('').length,
  );
  assert.ok(lengths.every((length) => length >= 75 && length <= 77));
  assert.ok(lengths.filter((length) => length === 76).length > 0.85 * lengths.length);
});

test('a token has about four letters of English', () => {
  const ring = proseRing('en');
  const letters = CORPORA.en.length / ring.length;
  assert.ok(letters > 3.5 && letters < 4.5, `${letters}`);
});

test('a character of four bytes comes with the second of its two tokens', () => {
  const ring = proseRing('en');
  const at = ring.findIndex(({ text }) => text.includes('🌾'));
  assert.deepEqual([ring[at - 1]?.text, ring[at]?.text], ['', '🌾']);
  assert.notEqual(ring[at - 1]?.id, ring[at]?.id);
});

test('each prose goes round without a seam: languages with spaces end in one', () => {
  for (const language of ['en', 'ru', 'ko'] as const) assert.match(CORPORA[language], /[.] $/);
  for (const language of ['zh', 'ja'] as const) assert.match(CORPORA[language], /。$/);
});

test('each has a character of four bytes, and the Chinese one an even number of steps', () => {
  for (const text of Object.values(CORPORA)) assert.match(text, /\u{1f33e}/u);
  // 25 tokens are 38 characters.
  assert.equal(Array.from(CORPORA.zh).length % 38, 0);
});
