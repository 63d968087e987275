import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { spacedJson } from '../../../src/simulate/texts/spaced-json.ts';

test('it is JSON with a space after each comma and colon', () => {
  assert.equal(spacedJson({ a: [1, 'x,y:z', null], b: {} }), '{"a": [1, "x,y:z", null], "b": {}}');
});

test('it is read as what was written', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) =>
      assert.deepEqual(JSON.parse(spacedJson(value)), JSON.parse(JSON.stringify(value))),
    ),
  );
});
