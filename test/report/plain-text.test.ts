import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignTable, safeText } from '../../src/report/plain-text.ts';

test('a stranger’s text cannot steer the terminal', () => {
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
