import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMPARISON_OPTIONS } from '../../../src/cli/compare/comparison-options.ts';
import { type Given, readGiven } from '../../helpers/given-options.ts';

const read = (given: Given<typeof COMPARISON_OPTIONS>) =>
  readGiven(COMPARISON_OPTIONS, ({ values: { format, lang, json } }) => ({ format, lang, json }), given);

test('text in English by default', () => {
  assert.deepEqual(read({}), { format: 'text', lang: 'en', json: false });
  assert.deepEqual(read({ json: true, lang: 'zh' }), { format: 'text', lang: 'zh', json: true });
});

test('an unknown format or language is refused', () => {
  assert.throws(() => read({ format: 'pdf' }), /--format pdf/);
  assert.throws(() => read({ lang: 'de' }), /--lang de/);
});
