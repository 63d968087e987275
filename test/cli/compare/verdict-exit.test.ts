import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitOf } from '../../../src/cli/compare/verdict-exit.ts';
import { VERDICTS } from '../../../src/compare/comparison.ts';

test('what a pipeline acts on', () => {
  assert.deepEqual(
    VERDICTS.map((verdict) => exitOf(verdict)),
    [2, 0, 0, 0, 3, 4],
  );
  assert.equal(exitOf('inconclusive', 'pass'), 0);
  assert.equal(exitOf('regression', 'pass'), 2);
});
