import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editMembers } from '../../../src/chat/requests/json-members.ts';

function edited(text: string, edits: Readonly<Record<string, string | null>>): string {
  return Buffer.from(editMembers(Buffer.from(text), new Map(Object.entries(edits))).bytes).toString();
}

test('what is not edited keeps every byte', () => {
  const text =
    ' {"a" : 1.10,\n\t"s":"\\u00e9 \\"},{\\\\", "n":12345678901234567890 , "o":{"a":[1,{"b":"]}"}]}}\n';
  assert.equal(edited(text, {}), text);
  assert.equal(edited(text, { a: '2' }), text.replace('1.10', '2'));
  assert.equal(edited(text, { n: '"x"' }), text.replace('12345678901234567890', '"x"'));
  assert.equal(edited(text, { o: '[]' }), text.replace('{"a":[1,{"b":"]}"}]}', '[]'));
  assert.equal(edited(text, { z: 'true' }), text.replace(']}}\n', ']},"z":true}\n'));
});

test('members go with their comma, first, middle, last and only', () => {
  assert.equal(edited('{"a":1, "b":2, "c":3}', { a: null }), '{"b":2, "c":3}');
  assert.equal(edited('{"a":1, "b":2, "c":3}', { b: null }), '{"a":1, "c":3}');
  assert.equal(edited('{"a":1, "b":2, "c":3}', { c: null }), '{"a":1, "b":2}');
  assert.equal(edited('{"a":1, "b":2, "c":3}', { a: null, b: null }), '{"c":3}');
  assert.equal(edited('{ "a":1 }', { a: null }), '{  }');
  assert.equal(edited('{ "a":1 }', { a: null, b: '2' }), '{ "b":2 }');
  assert.equal(edited('{}', { a: '1', b: '2' }), '{"a":1,"b":2}');
  assert.equal(edited(' { } ', { gone: null }), ' { } ');
});

test('of a duplicate key the last value counts', () => {
  assert.equal(edited('{"a":1,"b":2,"a":3}', { a: '4' }), '{"b":2,"a":4}');
  assert.equal(edited('{"a":1,"b":2,"a":3}', { a: null }), '{"b":2}');
  assert.equal(edited('{"a":1,"a":3}', { b: '0' }), '{"a":1,"a":3,"b":0}');
});

test('a key is found however it is written', () => {
  assert.equal(edited('{"max\\u005ftokens":1}', { max_tokens: '2' }), '{"max\\u005ftokens":2}');
});

test('an edit does what the same edit of the parsed document does, and says where it wrote', () => {
  const anyText = fc
    .tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'))
    .map(([document, space]) => JSON.stringify(document, null, space));
  const anyEdits = fc.dictionary(fc.string(), fc.option(fc.jsonValue(), { nil: null }));
  fc.assert(
    fc.property(anyText, anyEdits, fc.boolean(), (text, drawn, hit) => {
      const document = JSON.parse(text) as Record<string, unknown>;
      const [key] = Object.keys(document);
      const wanted = hit && key !== undefined ? { ...drawn, [key]: 'hit' } : drawn;
      const edits = new Map(
        Object.entries(wanted).map(([name, value]) => [name, value === null ? null : JSON.stringify(value)]),
      );
      const { bytes, written } = editMembers(Buffer.from(text), edits);
      const expected = new Map(Object.entries(document));
      for (const [name, value] of edits) {
        if (value === null) expected.delete(name);
        else expected.set(name, JSON.parse(value));
      }
      assert.deepEqual(new Map(Object.entries(JSON.parse(Buffer.from(bytes).toString()))), expected);
      for (const [name, value] of edits) {
        const at = written.get(name);
        if (value === null) assert.equal(at, undefined);
        else assert.ok(Buffer.from(bytes).subarray(at).toString().startsWith(value), name);
      }
    }),
  );
});
