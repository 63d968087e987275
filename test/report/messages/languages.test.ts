import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from '../../../src/report/messages/languages.ts';

test('languages are called by their tags, which pages carry for screen readers', () => {
  assert.deepEqual(Intl.getCanonicalLocales([...LANGUAGES]), [...LANGUAGES]);
});
