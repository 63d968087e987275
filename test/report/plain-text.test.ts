import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import {
  alignTable,
  barText,
  displayWidth,
  safeText,
  sparkline,
  wrapText,
} from '../../src/report/plain-text.ts';

test('untrusted text cannot control the terminal', () => {
  assert.equal(safeText('a\x1b[31mred\r\nb\u202e'), 'a�[31mred��b�');
  assert.equal(safeText('短文 été 🎬'), '短文 été 🎬');
});

test('numbers to the right, words to the left, wide characters take two columns', () => {
  const table = alignTable({
    header: ['name', 'n'],
    left: new Set([0]),
    rows: [
      ['短文', '1'],
      ['b', '100'],
    ],
  });
  assert.equal(table, 'name    n\n短文    1\nb     100\n');
});

test('columns are those of a terminal: emoji take two, combining marks none', () => {
  for (const [text, columns] of [
    ['', 0],
    ['p99 −4.2 %', 10],
    ['été', 3],
    ['e\u0301te\u0301', 3],
    ['缓存，', 6],
    ['👍🏽 ok', 5],
    ['👩‍👩‍👧', 2],
    ['한글', 4],
    ['ｱ', 1],
  ] as const) {
    assert.equal(displayWidth(text), columns, text);
  }
});

test('what counts as narrow without the library is narrow to it', () => {
  for (let code = 0x20; code < 0x3000; code++) {
    const character = String.fromCodePoint(code);
    if (safeText(character) === character) assert.equal(displayWidth(character), stringWidth(character));
  }
});

test('prose is broken at spaces, and between wide characters but not before their marks', () => {
  assert.equal(wrapText('one two three', 7, '  '), 'one two\n  three');
  assert.equal(wrapText('短文短文，短文', 8, ''), '短文短\n文，短文');
  assert.equal(wrapText('', 8, ''), '');
  assert.equal(wrapText('averyverylongword x', 5, ''), 'averyverylongword\nx');
});

test('wrapping loses no word, and no line is wider than asked unless one word is', () => {
  const word = fc.oneof(fc.stringMatching(/^[a-z0-9]{1,9}$/), fc.constantFrom('短', '文，', '。'));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      const text = words.join(' ');
      const lines = wrapText(text, 12, '').split('\n');
      assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
      for (const line of lines) assert.ok(displayWidth(line) <= 12, line);
    }),
  );
});

const bars = (amounts: readonly number[]) =>
  amounts.map((amount, i) => ({ name: String(i), amount, label: String(amount) }));

test('the longest bar has forty columns, the others their share in eighths; something is never nothing', () => {
  const text = barText({ title: 'lengths', direction: 'right', bars: bars([80, 40, 41, 0.01, 0]) });
  assert.deepEqual(text.split('\n'), [
    'lengths',
    `  0  ${'█'.repeat(40)} 80`,
    `  1  ${'█'.repeat(20)} 40`,
    `  2  ${'█'.repeat(20)}▌ 41`,
    '  3  ▏ 0.01',
    '  4   0',
    '',
  ]);
});

test('names are aligned by their width on a screen', () => {
  const text = barText({
    title: 't',
    direction: 'right',
    bars: [
      { name: '短文', amount: 1, label: '1' },
      { name: 'b', amount: 1, label: '1' },
    ],
  });
  assert.match(text, /^ {2}短文 {2}█+ 1\n {5}b {2}█+ 1\n$/m);
});

test('over time, from the bottom up, with the highest named', () => {
  const text = barText({ title: 'arrivals', direction: 'up', bars: bars([0, 1, 2, 4]) });
  assert.equal(text, 'arrivals\n     █  4\n     █\n    ██\n   ███\n  0  3\n');
});

test('nothing to draw, and nothing but zeros', () => {
  assert.equal(barText({ title: 't', direction: 'up', bars: [] }), '');
  assert.match(barText({ title: 't', direction: 'up', bars: bars([0, 0]) }), /^t\n {4} {2}0\n/);
  assert.doesNotMatch(barText({ title: 't', direction: 'right', bars: bars([0]) }), /NaN|█/);
});

test('names of a tape cannot steer a terminal', () => {
  const text = barText({
    title: '\x1b[2J',
    direction: 'right',
    bars: [{ name: '\x1b]0;x\x07', amount: 1, label: '\x1b' }],
  });
  assert.ok(!text.includes('\x1b') && !text.includes('\x07'));
});

test('a row of characters: the largest is full, what is little is still seen, nothing is a space', () => {
  assert.equal(sparkline([0, 1, 400, 800, 100]), ' ▁▄█▁');
  assert.equal(sparkline([0, 0]), '  ');
  assert.equal(sparkline([]), '');
});
