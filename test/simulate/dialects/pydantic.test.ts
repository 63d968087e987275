import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pydanticErrors } from '../../../src/simulate/dialects/pydantic.ts';
import type { FieldType } from '../../../src/simulate/requests/problem.ts';

function complaints(type: FieldType, value: unknown): readonly (readonly [string, string])[] {
  return pydanticErrors({ kind: 'wrong type', path: ['f'], type, value, text: '' }).map(
    ({ type: name, msg }) => [name, msg],
  );
}

test('each type complains in its own words, by what it got', () => {
  const cases: readonly (readonly [FieldType, unknown, string, string])[] = [
    ['int', 'x', 'int_parsing', 'Input should be a valid integer, unable to parse string as an integer'],
    ['int', 1.5, 'int_from_float', 'Input should be a valid integer, got a number with a fractional part'],
    ['int', [], 'int_type', 'Input should be a valid integer'],
    ['positive int', 0, 'greater_than_equal', 'Input should be greater than or equal to 1'],
    [
      'positive int',
      'x',
      'int_parsing',
      'Input should be a valid integer, unable to parse string as an integer',
    ],
    ['float', 'hot', 'float_parsing', 'Input should be a valid number, unable to parse string as a number'],
    ['float', {}, 'float_type', 'Input should be a valid number'],
    ['bool', 'maybe', 'bool_parsing', 'Input should be a valid boolean, unable to interpret input'],
    ['bool', {}, 'bool_type', 'Input should be a valid boolean'],
    ['string', 1, 'string_type', 'Input should be a valid string'],
    ['object', [], 'dict_type', 'Input should be a valid dictionary'],
    ['list', 'x', 'list_type', 'Input should be a valid list'],
    ['list of ints', 'x', 'list_type', 'Input should be a valid list'],
  ];
  for (const [type, value, name, msg] of cases) assert.deepEqual(complaints(type, value), [[name, msg]]);
});

test('a union complains for each of its branches', () => {
  const errors = (value: unknown) =>
    pydanticErrors({ kind: 'wrong type', path: ['stop'], type: 'string or strings', value, text: '' });
  assert.deepEqual(
    errors(1).map(({ type, loc }) => [type, loc.join('.')]),
    [
      ['string_type', 'body.stop'],
      ['list_type', 'body.stop'],
    ],
  );
  assert.deepEqual(
    errors(['a', 2]).map(({ type, loc, input }) => [type, loc.join('.'), input]),
    [
      ['string_type', 'body.stop', ['a', 2]],
      ['string_type', 'body.stop.1', 2],
    ],
  );
});

test('a body that is none, is not JSON or no object', () => {
  const [none] = pydanticErrors({ kind: 'no body' });
  assert.deepEqual([none?.type, none?.loc], ['missing', ['body']]);
  const [bad] = pydanticErrors({ kind: 'bad json', text: '{"a":}' });
  assert.deepEqual(
    [bad?.type, bad?.loc, bad?.ctx],
    ['json_invalid', ['body', 5], { error: 'Expecting value' }],
  );
  assert.equal(
    pydanticErrors({ kind: 'no object', value: [], text: '[]' })[0]?.type,
    'model_attributes_type',
  );
});

test('every missing field is told; alternatives are listed as English does', () => {
  const missing = pydanticErrors({ kind: 'missing field', fields: ['a', 'b'], text: '{}', body: {} });
  assert.deepEqual(
    missing.map(({ loc }) => loc),
    [
      ['body', 'a'],
      ['body', 'b'],
    ],
  );
  const [variant] = pydanticErrors({
    kind: 'unknown variant',
    path: ['response_format', 'type'],
    allowed: ['a', 'b', 'c'],
    value: 'x',
    text: '',
  });
  assert.equal(variant?.msg, "Input should be 'a', 'b' or 'c'");
});

test('what pydantic does not see is left to others', () => {
  assert.deepEqual(pydanticErrors({ kind: 'queue full' }), []);
});
