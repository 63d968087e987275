import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf } from '../../../src/report/findings/findings.ts';
import { PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

const NOTHING = { series: new Map(), wrk: new Map() };

test('each rule speaks when its condition holds, in the order of a report', () => {
  const kinds = findingsOf(sampleGroup(PAGE_CELLS), NOTHING).map(({ kind }) => kind);
  assert.deepEqual(kinds.slice(0, 6), [
    'bestCell',
    'scaling',
    'scaling',
    'knee',
    'threads',
    'capacityTooFew',
  ]);
  assert.ok(kinds.includes('workingPoint') && kinds.includes('watchErrors') && kinds.includes('addRepeats'));
});

test('of runs that are all invalid nothing is concluded, only why, and what failed', () => {
  const overrides = {
    valid: false,
    invalidReasons: [{ kind: 'noneSucceeded' } as const],
    errors: 5,
    outcomes: { ok: 995, timeout: 5 },
  };
  const bad = sampleGroup(PAGE_CELLS.map((cell) => ({ ...cell, overrides })));
  const findings = findingsOf(bad, NOTHING);
  assert.deepEqual(
    findings.map(({ kind }) => kind),
    ['noValidRun', 'errors'],
  );
  assert.deepEqual(
    findingsOf(sampleGroup([]), NOTHING).map(({ kind }) => kind),
    ['noValidRun'],
  );
});
