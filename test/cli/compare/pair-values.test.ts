import assert from 'node:assert/strict';
import { test } from 'node:test';
import { risingPairs, runLabels } from '../../../src/cli/compare/pair-values.ts';

test('two labels, and numbers of pairs that rise', () => {
  assert.deepEqual(runLabels('--labels', 'a, b'), { baseline: 'a', candidate: 'b' });
  assert.deepEqual(risingPairs('--sequential', '6, 10,16'), [6, 10, 16]);
  for (const text of ['a', 'a,b,c', 'a,a', 'a,'])
    assert.throws(() => runLabels('--labels', text), /^UserError: --labels/);
  for (const text of ['6,6', '10,6', '2,6', 'x'])
    assert.throws(() => risingPairs('--sequential', text), /^UserError: --sequential/);
});
