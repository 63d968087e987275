import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import {
  addComparisonOptions,
  type ComparisonOptions,
  comparisonFormat,
} from '../../../src/cli/compare/comparison-options.ts';

const read = (...words: readonly string[]) =>
  comparisonFormat(
    addComparisonOptions(new Command()).parse(words, { from: 'user' }).opts<ComparisonOptions>(),
  );

test('text in English unless told otherwise; --json is short', () => {
  assert.deepEqual(read(), { format: 'text', language: 'en' });
  assert.deepEqual(read('--json', '--lang', 'zh'), { format: 'json', language: 'zh' });
  assert.deepEqual(read('--format', 'markdown'), { format: 'markdown', language: 'en' });
});

test('words it cannot mean', () => {
  assert.throws(() => read('--format', 'pdf'), /--format pdf/);
  assert.throws(() => read('--lang', 'de'), /--lang de/);
});
