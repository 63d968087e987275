import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCRIPT } from '../../../src/report/html/script.ts';

test('it is sound JavaScript that builds no markup and asks for nothing', () => {
  assert.doesNotThrow(() => new Function(SCRIPT));
  assert.doesNotMatch(SCRIPT, /innerHTML|document\.write|eval|fetch|XMLHttpRequest|import\(|<\//);
});
