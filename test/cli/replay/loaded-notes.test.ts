import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeNotes, skippedNotes } from '../../../src/cli/replay/loaded-notes.ts';

test('a sentence for each reason, and for each change', () => {
  assert.deepEqual(skippedNotes({ skipped: { 'not selected': 3, 'beyond the limit': 1 } }), [
    '3 exchanges are not replayed: not selected',
    '1 exchanges are not replayed: beyond the limit',
  ]);
  assert.deepEqual(changeNotes({ changes: { 'body: stream on': 2 }, requests: [] }), [
    'in 2 of 0 requests: body: stream on',
  ]);
});
