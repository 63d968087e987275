import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupRuns, type TapeRun } from '../../../src/cli/merge/shard-groups.ts';
import type { Run } from '../../../src/model/run.ts';
import { sampleRun } from '../../helpers/sample-runs.ts';

const CELL = { threads: 2, connections: 8 };

/** Shard `index` of three of a run, on a tape of its own. */
function part(index: number, run = 'a-1', overrides: Partial<Run> = {}): TapeRun {
  const whole = sampleRun(overrides);
  const shard = { index, of: 3, cell: CELL, run };
  return { path: `part-${index}`, run: { ...whole, settings: { ...whole.settings, shard } } };
}

test('shards of one run are one group in order, whatever the order of their tapes', () => {
  const runs = [part(2), part(0), part(1), part(1, 'a-2', { startedAtMs: 2e12 })];
  const groups = groupRuns([...runs, part(0, 'a-2', { startedAtMs: 2e12 })]);
  assert.deepEqual(
    groups.map(({ parts, shard, repeat }) => [parts.map(({ path }) => path), shard?.of, repeat]),
    [
      [['part-0', 'part-1', 'part-2'], 3, 1],
      // Shard 2 was lost before the second run began; its part is there.
      [['part-0', 'part-1'], 3, 2],
    ],
  );
});

test('missing and doubled shards are refused by name', () => {
  assert.throws(() => groupRuns([part(0), part(2)]), {
    name: 'UserError',
    message: /was sent by 3 shards, but shard 1 is missing: give the parts of all shards$/,
  });
  assert.throws(() => groupRuns([part(1)]), { message: /shards 0, 2 are missing/ });
  const again = { ...part(1), path: 'copy' };
  assert.throws(() => groupRuns([part(0), part(1), again, part(2)]), {
    message: 'shard 1 of 3 is given twice, in part-1 and copy: give each part once',
  });
});

test('a run that one tape has merged is not there again by its parts', () => {
  const whole: TapeRun = { path: 'merged', run: sampleRun({ cell: CELL }) };
  const groups = groupRuns([part(0), part(1), whole, part(2), part(0, 'a-2', { startedAtMs: 2e12 })]);
  assert.deepEqual(
    groups.map(({ parts, repeat }) => [parts.map(({ path }) => path), repeat]),
    [
      [['merged'], 1],
      [['part-0'], 2],
    ],
  );
});

test('a whole run that two tapes have is one, and others of its load are numbered in order of their starts', () => {
  const [early, late] = [sampleRun(), sampleRun({ startedAtMs: 2e12 })];
  const runs = [late, early, early].map((run, i) => ({ path: `tape-${i}`, run }));
  const groups = groupRuns(runs);
  assert.deepEqual(
    groups.map(({ parts, repeat }) => [parts.map(({ path }) => path), repeat]),
    [
      [['tape-1'], 1],
      [['tape-0'], 2],
    ],
  );
});
