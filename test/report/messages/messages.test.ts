import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from '../../../src/report/messages/languages.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';

/** Every message without parameters, by its path. */
function messages(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => messages(inner, `${path}.${key}`));
}

/** Names that stand as they are in every language. */
const INTERNATIONAL = /^(p\d+|E2EL|TTFT|TPOT|ITL|GPU|(TTFT|TPOT|ITL) p\d+|zh)$/;

test('a language is found by its name', () => {
  assert.deepEqual(
    LANGUAGES.map((language) => messagesOf(language).language),
    ['en', 'zh'],
  );
});

test('no message is left in English, or empty', () => {
  const chinese = messages(messagesOf('zh')).filter(
    ([path]) => !/^\.(comma|clause|semicolon|colon)$/.test(path),
  );
  assert.ok(chinese.length > 100);
  for (const [path, text] of chinese) {
    assert.ok(/[\u4e00-\u9fff]/.test(text) || INTERNATIONAL.test(text), `${path}: ${text}`);
  }
  for (const [path, text] of messages(messagesOf('en'))) {
    assert.doesNotMatch(text, /[\u4e00-\u9fff]/, path);
    assert.ok(text !== '', path);
  }
});
