import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXPORT_LOSSES, EXPORT_SKIPS } from '../../../src/model/notes/exports.ts';
import { IMPORT_SKIPS } from '../../../src/model/notes/imports.ts';

test('each reason is listed once, because counts are reported in the order of the list', () => {
  for (const list of [EXPORT_LOSSES, EXPORT_SKIPS, IMPORT_SKIPS]) {
    assert.deepEqual([...new Set<string>(list)], list);
  }
});
