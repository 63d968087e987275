import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figure, folded, htmlTable } from '../../../src/report/html/figure.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import type { Plot } from '../../../src/report/plot/chart.ts';
import { text } from '../../../src/report/plot/markup.ts';

const english = messagesOf('en');

const plot: Plot = {
  id: 'p',
  title: 'Title',
  lead: 'Lead',
  definition: ['First.', 'Second.'],
  legend: [
    { series: 0, name: '<b>before</b>' },
    { series: 1, name: 'after' },
  ],
  drawings: [],
  table: { header: ['cell', 'n'], rows: [['10x20', '<i>']] },
};

test('legend, definition and table, the last two one click away', () => {
  const markup = figure(plot, english);
  assert.match(
    markup,
    /^<figure id="p"><figcaption><h3>Title<\/h3><p>Lead<\/p><\/figcaption><ul class="legend">/,
  );
  assert.match(markup, /&lt;b&gt;before&lt;\/b&gt;/);
  assert.match(
    markup,
    /<details><summary>Definition and sample<\/summary><p>First\.<\/p><p>Second\.<\/p><\/details>/,
  );
  assert.match(markup, /<details><summary>Table<\/summary>.*<td>&lt;i&gt;<\/td>/);
});

test('one series needs no legend, a wide plot takes the whole width', () => {
  const markup = figure({ ...plot, legend: [{ series: 0, name: 'before' }], wide: true }, english);
  assert.doesNotMatch(markup, /legend/);
  assert.match(markup, /<figure id="p" class="wide">/);
});

test('a table that a keyboard can scroll and a screen reader can read', () => {
  const table = htmlTable({
    caption: 'c',
    header: ['a', 'b', 'd'],
    rows: [['1', '2', '3']],
    left: new Set([2]),
  });
  assert.match(
    table,
    /^<div class="scroll" tabindex="0" role="region" aria-label="c"><table><caption>c<\/caption>/,
  );
  assert.match(
    table,
    /<th scope="col" class="word">a<\/th><th scope="col">b<\/th><th scope="col" class="word">d<\/th>/,
  );
  assert.match(table, /<th scope="row">1<\/th><td>2<\/td><td class="word">3<\/td>/);
  assert.equal(folded('s', [text('x')]), '<details><summary>s</summary>x</details>');
});
