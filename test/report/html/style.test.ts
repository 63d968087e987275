import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STYLE } from '../../../src/report/html/style.ts';
import { SHADES } from '../../../src/report/plot/draw-heat.ts';

test('light, dark, narrow and paper; nothing from elsewhere; braces that match', () => {
  for (const part of [
    'prefers-color-scheme:dark',
    'max-width:34rem',
    '@container',
    '@media print',
    '@page{margin:14mm}',
  ]) {
    assert.ok(STYLE.includes(part), part);
  }
  assert.doesNotMatch(STYLE, /url\(|@import|https?:/);
  assert.equal(STYLE.split('{').length, STYLE.split('}').length);
});

test('every shade of a heat map has its colour and its text’s, in each scheme', () => {
  for (let shade = 0; shade < SHADES; shade++) {
    for (const name of [`.h${shade}{fill:`, `.t${shade}{fill:`]) {
      assert.equal(STYLE.split(name).length, 4, name);
    }
  }
});
