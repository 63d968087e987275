import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { flatJson } from '../../../src/compare/servers/flat-document.ts';

const flat = (value: unknown): Record<string, string> => Object.fromEntries(flatJson(JSON.stringify(value)));

test('leaves by path, empty containers and null included', () => {
  assert.deepEqual(flat({ a: { b: 1, c: [true, 'x'], d: {}, e: null }, f: [] }), {
    'a.b': '1',
    'a.c[0]': 'true',
    'a.c[1]': 'x',
    'a.d': '{}',
    'a.e': 'null',
    f: '[]',
  });
});

test('a text of assignments is a leaf for each; any other text is one', () => {
  assert.deepEqual(flat({ env: 'A=1\nB=\n', pip: 'numpy==2.3.5\ntorch==2.13.0+cpu', cpu: 'a: b\nc=d' }), {
    'env.A': '1',
    'env.B': '',
    'pip.numpy': '2.3.5',
    'pip.torch': '2.13.0+cpu',
    cpu: 'a: b\nc=d',
  });
});

test('text that is no JSON is one leaf without a name', () => {
  assert.deepEqual([...flatJson(' 0.8.5\n')], [['', '0.8.5']]);
});

test('any JSON flattens, and two documents flatten alike only when they are alike', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const [left, right] = [flat(a), flat(b)];
      assert.deepEqual(flat(a), left);
      if (JSON.stringify(a) === JSON.stringify(b)) assert.deepEqual(left, right);
    }),
  );
});

test('a document nested without end is cut', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 2000; i++) deep = { a: deep };
  assert.equal(flatJson(JSON.stringify(deep)).size, 1);
});
