import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asArray, asCount, asObject, asString, parseObject } from '../../src/model/json.ts';

test('only JSON objects are objects', () => {
  assert.deepEqual(parseObject('{"a":1}'), { a: 1 });
  for (const text of ['[1]', 'null', '"a"', '1', '', '{', 'nan']) assert.equal(parseObject(text), null, text);
  assert.equal(asObject([]), null);
});

test('the checkers give null or nothing for the wrong kind', () => {
  assert.deepEqual(asArray('x'), []);
  assert.equal(asString(1), null);
  assert.equal(asString(''), '');
  for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1', null])
    assert.equal(asCount(value), null);
  assert.equal(asCount(0), 0);
});

test('the numbers of Python that JSON has no word for are null, words in texts stay', () => {
  assert.deepEqual(parseObject('{"a":NaN,"b":[-Infinity,1],"c":"NaN \\"Infinity\\""}'), {
    a: null,
    b: [null, 1],
    c: 'NaN "Infinity"',
  });
  for (const text of ['{"a":NaN', 'NaN', '{"a":NaNs}']) assert.equal(parseObject(text), null);
});
