import assert from 'node:assert/strict';

/** Calls every message of a catalogue with numbers that are easy to find, and gives all texts by path. */
export function everyMessage(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    const said: unknown = value(...Array.from({ length: value.length }, (_, i) => 700 + i));
    return everyMessage(said, `${path}()`);
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => everyMessage(inner, `${path}.${key}`));
}

/** Every text holds no trace of a value that is none. */
export function assertWhole(texts: readonly (readonly [string, string])[]): void {
  for (const [path, text] of texts) assert.doesNotMatch(text, /undefined|NaN|\[object/, `${path}: ${text}`);
}

/** Chinese marks beside Chinese characters, and the parameters of the other language's message in every message. */
export function assertChinese(
  chinese: readonly (readonly [string, string])[],
  english: readonly (readonly [string, string])[],
): void {
  assert.deepEqual(
    chinese.map(([path]) => path),
    english.map(([path]) => path),
  );
  for (const [i, [path, text]] of chinese.entries()) {
    assert.doesNotMatch(text, /[\u4e00-\u9fff][,;!?]|[,;!?][\u4e00-\u9fff]/, `${path}: ${text}`);
    const parameters = (words: string): readonly string[] =>
      [...new Set(words.match(/70\d/g) ?? [])].toSorted();
    assert.deepEqual(parameters(text), parameters(english[i]?.[1] ?? ''), `${path}: ${text}`);
  }
}
