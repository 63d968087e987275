import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barText, sparkline } from '../../src/report/bars.ts';

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
