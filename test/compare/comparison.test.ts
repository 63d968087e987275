import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VERDICTS } from '../../src/compare/judge.ts';

test('the words of a verdict are fixed: pipelines read them', () => {
  assert.deepEqual(VERDICTS, ['regression', 'improvement', 'equivalent', 'small', 'inconclusive', 'invalid']);
});
