import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bestCell,
  knee,
  kneeLevel,
  powerOf,
  scaling,
  threads,
} from '../../../src/report/findings/scaling.ts';
import { factsOf, PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

const page = sampleGroup(PAGE_CELLS);

test('the reference case: the best cell, what each step gave, and the knee at 100 connections', () => {
  const [best] = factsOf(bestCell(page), 'bestCell');
  assert.deepEqual([best?.cell, best?.cells], [{ threads: 100, connections: 200 }, 4]);
  const steps = factsOf(scaling(page), 'scaling');
  const ratio = steps.map(({ from, to }) => Number((to.requestsPerSec / from.requestsPerSec).toFixed(2)));
  assert.deepEqual(ratio, [4.2, 1.37]);
  const [found] = factsOf(knee(page), 'knee');
  assert.deepEqual([found?.knee.connections, found?.next.connections], [100, 200]);
  assert.equal(kneeLevel(page)?.connections, 100);
});

test('one cell is not the best of anything', () => {
  assert.deepEqual(bestCell(sampleGroup(PAGE_CELLS.slice(0, 1))), []);
  assert.deepEqual(scaling(sampleGroup(PAGE_CELLS.slice(0, 1))), []);
});

test('with two numbers of connections there is no knee, and the report says so', () => {
  const two = sampleGroup(PAGE_CELLS.slice(0, 3));
  assert.deepEqual(factsOf(knee(two), 'kneeTooFew'), [{ levels: 2, wanted: 3 }]);
  assert.equal(kneeLevel(two), null);
});

test('a server that still scales at the largest load, and one that never did', () => {
  const cells = (rates: readonly number[], means: readonly number[]) =>
    sampleGroup(
      [1, 2, 4].map((connections, i) => ({
        threads: 1,
        connections,
        requestsPerSec: rates[i] ?? 0,
        meanMs: means[i] ?? 0,
      })),
    );
  const growing = cells([1, 2, 4], [1_000, 1_000, 1_000]);
  assert.equal(factsOf(knee(growing), 'kneeOutside')[0]?.side, 'above');
  const full = cells([1, 1, 1], [1_000, 2_000, 4_000]);
  assert.equal(factsOf(knee(full), 'kneeOutside')[0]?.side, 'below');
  assert.deepEqual([kneeLevel(growing), kneeLevel(full)], [null, null]);
});

test('power is rate ÷ latency in seconds', () => {
  assert.equal(powerOf({ connections: 1, requestsPerSec: 10, meanMs: 500, runs: 1, requests: 1 }), 20);
});

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
