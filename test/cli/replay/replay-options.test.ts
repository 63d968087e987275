import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRAFFIC_OPTIONS } from '../../../src/cli/replay/replay-options.ts';
import { type Given, readGiven } from '../../helpers/given-options.ts';

const read = (given: Given<typeof TRAFFIC_OPTIONS>) =>
  readGiven(TRAFFIC_OPTIONS, ({ values }) => ({ ...values }), given);

test('loop is null, true or false; repeated options are kept in order', () => {
  assert.deepEqual(
    [read({}).loop, read({ loop: true }).loop, read({ loop: false }).loop],
    [null, true, false],
  );
  const { select, model, header } = read({
    select: ['a=b', 'c=d'],
    model: ['x', 'y=z'],
    header: ['A: b'],
  });
  assert.deepEqual([select, model, header], [['a=b', 'c=d'], ['x', 'y=z'], [['A', 'b']]]);
});
