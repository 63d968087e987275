import assert from 'node:assert/strict';
import { test } from 'node:test';
import { threads } from '../../../src/report/findings/threads.ts';
import { factsOf, PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

const pair = (meanMs: number, runs: number) =>
  threads(
    sampleGroup([
      { threads: 10, connections: 100, requestsPerSec: 27, meanMs: 3_600, runs },
      { threads: 100, connections: 100, requestsPerSec: 27, meanMs, runs },
    ]),
  );

test('single runs show a change and no verdict', () => {
  const [finding] = threads(sampleGroup(PAGE_CELLS));
  assert.equal(finding?.section, 'limit');
  const [facts] = factsOf(threads(sampleGroup(PAGE_CELLS)), 'threads');
  assert.deepEqual([facts?.from, facts?.to, facts?.matters, facts?.interval], [10, 100, 'unclear', null]);
});

test('repeated runs say that threads matter, do not, or leave it open', () => {
  const said = (meanMs: number, runs: number) => factsOf(pair(meanMs, runs), 'threads')[0]?.matters;
  assert.equal(said(3_601, 3), 'no');
  assert.equal(said(3_960, 3), 'yes');
  assert.equal(said(3_240, 3), 'yes');
  assert.equal(said(3_700, 3), 'unclear');
});

test('cells that differ in connections as well are not compared', () => {
  assert.deepEqual(threads(sampleGroup(PAGE_CELLS.slice(0, 2))), []);
});
