import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  aboveZero,
  atLeastZero,
  object,
  oneOf,
  share,
  text,
  wholeAboveZero,
} from '../../../src/simulate/profiles/read-json.ts';

test('readers give what they accept', () => {
  const read = object({ a: wholeAboveZero, b: object({ c: text }), d: oneOf(['x', 'y']) });
  assert.deepEqual(read({ d: 'y', a: 1, b: { c: 'z' } }, 'f: '), { a: 1, b: { c: 'z' }, d: 'y' });
  assert.deepEqual([aboveZero(0.1, ''), atLeastZero(0, ''), share(1, '')], [0.1, 0, 1]);
});

test('readers name the path of what they refuse, and show long values in part', () => {
  const read = object({ b: object({ c: text }) });
  assert.throws(() => read({ b: { c: 1 } }, 'f: '), /^UserError: f: b\.c is 1: it must be a text$/);
  assert.throws(() => read({ b: { c: null } }, 'f: '), /f: b\.c is null/);
  assert.throws(
    () => text(new Array(100).fill(1), 'p'),
    /^UserError: p is \[1,1,.{50,60}\.\.\.: it must be a text$/,
  );
  for (const [reader, value] of [
    [aboveZero, 0],
    [atLeastZero, -0.1],
    [share, 1.1],
    [share, Number.NaN],
    [wholeAboveZero, 0.5],
    [wholeAboveZero, 0],
  ] as const) {
    assert.throws(() => reader(value, 'p'), /^UserError: p is /);
  }
});
