import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Page, sectionsFor } from '../../src/report/block.ts';

const page: Page = {
  language: 'en',
  title: 't',
  lead: [],
  footer: '',
  sections: [
    { id: 'all', title: 'all', blocks: [{ kind: 'text', text: 'x' }] },
    { id: 'plots', title: 'plots', blocks: [{ kind: 'text', text: 'x' }], formats: ['html'] },
    { id: 'empty', title: 'empty', blocks: [] },
  ],
};

test('a format has its own sections and those of all, but no empty one', () => {
  const of = (format: 'text' | 'html') => sectionsFor(format, page).map(({ id }) => id);
  assert.deepEqual([of('text'), of('html')], [['all'], ['all', 'plots']]);
});
