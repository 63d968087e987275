import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonFault, serdePath, serdePlace, valueEnd } from '../../../src/simulate/requests/json-fault.ts';

/** What vLLM 0.32's two front ends answered to these bodies. */
const MEASURED: readonly (readonly [text: string, at: number, python: string, serde: string])[] = [
  [
    '{',
    1,
    'Expecting property name enclosed in double quotes',
    'EOF while parsing an object at line 1 column 1',
  ],
  ['{"model"', 8, "Expecting ':' delimiter", 'EOF while parsing an object at line 1 column 8'],
  ['{"model":}', 9, 'Expecting value', 'model: expected value at line 1 column 10'],
  [
    '{"model":"tiny",}',
    16,
    'Expecting property name enclosed in double quotes',
    'trailing comma at line 1 column 17',
  ],
  ['{"model":"tiny" "x":1}', 16, "Expecting ',' delimiter", 'expected `,` or `}` at line 1 column 17'],
  ['nope', 0, 'Expecting value', 'expected ident at line 1 column 2'],
  [
    '{"model":"tiny","messages":[{"role":"user","content":"x',
    53,
    'Unterminated string starting at',
    'messages[0].content: EOF while parsing a string at line 1 column 55',
  ],
  ['{"model":"tiny","messages":[]} x', 31, 'Extra data', 'trailing characters at line 1 column 32'],
  [
    '{"model":"tiny","messages":[{"role":"user"',
    42,
    "Expecting ',' delimiter",
    'messages[0].?: EOF while parsing an object at line 1 column 42',
  ],
  [
    '{"model":"a\nb"}',
    11,
    'Invalid control character at',
    'model: control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0',
  ],
  ['{"a":tru}', 5, 'Expecting value', 'a: expected ident at line 1 column 9'],
  ['{"a":01}', 6, "Expecting ',' delimiter", 'a: invalid number at line 1 column 7'],
  ['{"a":1.}', 6, "Expecting ',' delimiter", 'a: invalid number at line 1 column 8'],
  ['{"a":"\\x"}', 6, 'Invalid \\escape', 'a: invalid escape at line 1 column 8'],
  ['{"a":[1,]}', 8, 'Expecting value', 'a: expected value at line 1 column 9'],
  ['{"a":{"b":[1,2', 14, "Expecting ',' delimiter", 'a: EOF while parsing a list at line 1 column 14'],
  [
    "{'a':1}",
    1,
    'Expecting property name enclosed in double quotes',
    'key must be a string at line 1 column 2',
  ],
  [
    '{"model":"tiny","messages":[{"role":"user","content":{"a":',
    58,
    'Expecting value',
    'messages[0].content.a: EOF while parsing a value at line 1 column 58',
  ],
  [
    '{"messages":[{"role":"user","content":"hi","x":[1 2]}]}',
    50,
    "Expecting ',' delimiter",
    'messages[0].x: expected `,` or `]` at line 1 column 51',
  ],
  [
    '{"model":"tiny","messages":[',
    28,
    'Expecting value',
    'messages: EOF while parsing a list at line 1 column 28',
  ],
];

test('both parsers say what they were measured saying', () => {
  for (const [text, at, python, serde] of MEASURED) {
    const fault = jsonFault(text);
    const told = fault?.serde.path === '' ? '' : `${fault?.serde.path}: `;
    assert.deepEqual(fault?.python, { message: python, at }, text);
    assert.equal(`${told}${fault?.serde.message}`, serde, text);
  }
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('a text has a fault exactly when it is no JSON, whatever is done to it', () => {
  const broken = fc
    .tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', '}', ']', '"', ',', ':', '-', '.', 'e', '0', '\\', '\n', 'x', '{', '['),
    )
    .map(([text, place, put]) => {
      const at = place % (text.length + 1);
      return text.slice(0, at) + put + text.slice(at + 1);
    });
  fc.assert(
    fc.property(fc.oneof(fc.json(), broken, fc.string()), (text) => {
      assert.equal(jsonFault(text) === null, isJson(text), JSON.stringify(text));
    }),
    { numRuns: 2_000 },
  );
});

test('places count bytes from the line’s start, paths end where serde stops to look', () => {
  assert.equal(serdePlace('{\n "é": x', 9), ' at line 2 column 8');
  assert.equal(serdePath(['messages', 0, 'content']), 'messages[0].content');
  assert.equal(serdePath(['metadata', 'a', 'b']), 'metadata');
});

test('the end of a value is found by its path', () => {
  const text = '{"messages": "not a list", "tokens": [1, "a"], "max_tokens": -3} ';
  assert.equal(text.slice(0, valueEnd(text, ['messages'])), '{"messages": "not a list"');
  assert.equal(text.slice(0, valueEnd(text, ['tokens', 1])), '{"messages": "not a list", "tokens": [1, "a"');
  assert.equal(valueEnd(text, []), text.length - 1);
  assert.equal(valueEnd(text, ['nowhere']), text.length - 1);
});
