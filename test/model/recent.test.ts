import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecent } from '../../src/model/recent.ts';

test('the values used last are held as long as they fit together', () => {
  const recent = createRecent<string, string>(10);
  const made: string[] = [];
  const get = (key: string, size: number): string =>
    recent.get(key, () => {
      made.push(key);
      return { value: key.toUpperCase(), size };
    });
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) assert.equal(get(key, 4), key.toUpperCase());
  assert.deepEqual(made, ['a', 'b', 'c', 'b'], 'b was the one not used for longest when c came');
  get('large', 11);
  get('large', 11);
  assert.deepEqual(made.slice(4), ['large', 'large'], 'what does not fit is not held');
});
