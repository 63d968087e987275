import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonText } from '../../src/report/json.ts';

test('the version of the format comes first, keys keep their order and the document ends with a newline', () => {
  assert.equal(jsonText({ b: 1, a: [] }), '{\n  "format": 1,\n  "b": 1,\n  "a": []\n}\n');
});
