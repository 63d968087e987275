import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { el, join, round, text } from '../../../src/report/plot/markup.ts';
import { anyCharacter } from '../../helpers/any-character.ts';

test('elements, attributes, children', () => {
  assert.equal(
    el('p', { class: 'a', hidden: true, x: 1.25, none: undefined, off: false }, text('b')),
    '<p class="a" hidden x="1.3">b</p>',
  );
  assert.equal(el('meta', { charset: 'utf-8' }), '<meta charset="utf-8">');
  assert.equal(join([text('a'), el('br')]), 'a<br>');
  assert.equal(round(-0.04), '0');
});

test('no text can become markup, as content or as an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (words) => {
      const content = text(words);
      assert.doesNotMatch(content, /[<>"'`]|\p{Cc}/u);
      assert.equal((el('p', { title: words }, content).match(/[<>]/g) ?? []).length, 4);
    }),
  );
  assert.equal(text('<a href="x">&amp;\x1b'), '&lt;a href=&quot;x&quot;&gt;&amp;amp;�');
});
