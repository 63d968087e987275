import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  asArray,
  asCount,
  asObject,
  asString,
  parseExact,
  parseJson,
  parseObject,
} from '../../src/model/json.ts';

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

test('JSON that is nested too deep, or takes much memory, is not parsed; strings count for nothing', () => {
  const nested = (depth: number): string => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  assert.notEqual(parseObject(nested(900)), null);
  for (const text of [nested(1_100), `{"a":${'['.repeat(2_000_000)}`, nested(2_000_000)]) {
    assert.equal(parseObject(text), null);
    assert.equal(parseExact(text), undefined);
    assert.throws(() => parseJson(text), SyntaxError);
  }
  assert.notEqual(parseObject(JSON.stringify({ a: '[{"\\'.repeat(5_000) })), null);
  const objects = `{"a":[${'{},'.repeat(1_000)}0]}`;
  assert.notEqual(parseObject(objects, 100_000), null);
  assert.equal(parseObject(objects, 50_000), null);
});
