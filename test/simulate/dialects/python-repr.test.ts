import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pythonFloat, pythonRepr } from '../../../src/simulate/dialects/python-repr.ts';

test('JSON values as Python prints them', () => {
  assert.equal(
    pythonRepr({ a: [1, -2.5, null], b: { c: true, d: false }, e: undefined }),
    "{'a': [1, -2.5, None], 'b': {'c': True, 'd': False}, 'e': None}",
  );
  assert.deepEqual([pythonRepr([]), pythonRepr({})], ['[]', '{}']);
});

test('a text is in single quotes, unless it has such and no double ones', () => {
  assert.deepEqual(["it's", 'say "x"', `it's "x"`, 'a\\b\n\r\t'].map(pythonRepr), [
    `"it's"`,
    `'say "x"'`,
    `'it\\'s "x"'`,
    "'a\\\\b\\n\\r\\t'",
  ]);
});

test('a whole number is printed as a float', () => {
  assert.deepEqual([3, -1, 0.5].map(pythonFloat), ['3.0', '-1.0', '0.5']);
});
