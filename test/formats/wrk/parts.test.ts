import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitRequests } from '../../../src/formats/wrk/http-text.ts';
import { rewriteForLua54 } from '../../../src/formats/wrk/luajit-source.ts';
import { createSequences, periodOf } from '../../../src/formats/wrk/sequences.ts';

function textOf(source: string): string {
  const made = rewriteForLua54(source, 'f.lua');
  return 'text' in made ? made.text : `ERROR ${made.error}`;
}

test('a source is rewritten where LuaJIT and Lua 5.4 write numbers differently, line by line', () => {
  for (const [source, expected] of [
    ['x = a .. b', 'x = __cat(a  ,  b)'],
    ['x = a .. 1 .. "s"', 'x = __cat(a  ,  1.0  ,  "s")'],
    ['x = (a .. b) .. c', 'x = __cat((__cat(a  ,  b))  ,  c)'],
    ['x = a .. (b .. c)', 'x = __cat(a  ,  (__cat(b  ,  c)))'],
    ['x = a % 2 .. b', 'x = __cat(__mod(a  ,  2.0)  ,  b)'],
    ['x = a --[[ .. ]] ..\nb', 'x = __cat(a --[[ .. ]]  , \nb)'],
    ['x = 0xff + 1e3 + 1.5', 'x = 0xffp0 + 1e3 + 1.5'],
    ['#!/bin/lua\nx = 1', '--#!/bin/lua\nx = 1.0'],
    ['x = "a .. b" -- c .. d', 'x = "a .. b" -- c .. d'],
    ['x = 1\ny = 2 // 3', "ERROR f.lua:2: <expression> expected near '/'"],
  ] as const) {
    assert.equal(textOf(source), expected);
  }
});

test('any text is rewritten or refused with its line, and keeps its lines', () => {
  const piece = fc.constantFrom(
    'x',
    ' = ',
    '..',
    '%',
    '1',
    '(',
    ')',
    '"s"',
    '\n',
    '--[[',
    ']]',
    'return ',
    '--',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const source = pieces.join('');
      const made = rewriteForLua54(source, 'f');
      if ('error' in made) assert.match(made.error, /^f:\d+: /);
      else assert.equal(made.text.split('\n').length, source.split('\n').length);
    }),
  );
});

test('a text is split into its requests, and the place where one breaks off is named', () => {
  const one = 'POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc';
  const { requests, incomplete } = splitRequests(Buffer.from(`${one}GET /b HTTP/1.1\r\nX: y\r\n\r\n`));
  assert.equal(incomplete, null);
  assert.deepEqual(
    requests.map(({ method, path, body }) => [method, path, Buffer.from(body).toString()]),
    [
      ['POST', '/a', 'abc'],
      ['GET', '/b', ''],
    ],
  );
  assert.deepEqual(splitRequests(Buffer.from(one.slice(0, -1))).incomplete, { line: 5, column: 3 });
  assert.deepEqual(splitRequests(Buffer.from('')).incomplete, { line: 1, column: 1 });
});

test('the shortest period that was seen twice', () => {
  assert.equal(periodOf([1, 1, 1]), 1);
  assert.equal(periodOf([1, 2, 1, 2, 1]), 2);
  assert.equal(periodOf([1, 2, 3, 1, 2]), null);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 2, max: 4 }),
      (part, times) => {
        assert.equal(periodOf(Array.from({ length: times }, () => part).flat()), part.length);
      },
    ),
  );
});

test('sequences hold equal texts once, and are cut only where they do not repeat', () => {
  const text = (n: number): Buffer => Buffer.from(`GET /${n} HTTP/1.1\r\n\r\n`);
  const cycle = createSequences(1);
  for (let i = 0; i < 6; i++) cycle.add(0, text(i % 3));
  assert.deepEqual(cycle.prepared().sequences, [[[0], [1], [2]]]);
  assert.equal(cycle.prepared().isCut, false);
  const counter = createSequences(2);
  for (let i = 0; i < 6; i++) counter.add(i % 2, text(i));
  assert.deepEqual(counter.prepared().sequences, [
    [[0], [2], [4]],
    [[1], [3], [5]],
  ]);
  assert.equal(counter.prepared().isCut, true);
});
