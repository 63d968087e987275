import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMPARISON_OUTPUT, exitOf } from '../../../src/cli/compare/comparison-output.ts';
import { VERDICTS } from '../../../src/compare/judge.ts';
import { type Given, readGiven } from '../../helpers/given-options.ts';

test('what a pipeline acts on', () => {
  assert.deepEqual(
    VERDICTS.map((verdict) => exitOf(verdict)),
    [2, 0, 0, 0, 3, 4],
  );
  assert.equal(exitOf('inconclusive', 'pass'), 0);
  assert.equal(exitOf('regression', 'pass'), 2);
});

const read = (given: Given<typeof COMPARISON_OUTPUT>) =>
  readGiven(COMPARISON_OUTPUT, ({ values: { format, lang, json } }) => ({ format, lang, json }), given);

test('text in English by default', () => {
  assert.deepEqual(read({}), { format: 'text', lang: 'en', json: false });
  assert.deepEqual(read({ json: true, lang: 'zh' }), { format: 'text', lang: 'zh', json: true });
});

test('an unknown format or language is refused', () => {
  assert.throws(() => read({ format: 'pdf' }), /--format pdf/);
  assert.throws(() => read({ lang: 'de' }), /--lang de/);
});
