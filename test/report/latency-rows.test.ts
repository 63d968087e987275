import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latencyTable } from '../../src/report/latency-rows.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import type { RunGroup } from '../../src/report/runs-report.ts';
import { openCell, PAGE_CELLS, sampleGroup } from '../helpers/sample-group.ts';

const english = messagesOf('en');
const chinese = messagesOf('zh');

const names = (group: RunGroup) =>
  latencyTable([group], english)?.rows.map(([cell, name]) => `${cell} ${name}`);

test('a closed loop has no planned instants: response times and lag are of open ones', () => {
  assert.deepEqual(names(sampleGroup([PAGE_CELLS[0] ?? assert.fail()])), [
    '10x20 E2EL',
    '10x20 TTFT',
    '10x20 TPOT',
    '10x20 ITL',
  ]);
  assert.deepEqual(names(sampleGroup([openCell(5)])), [
    'open 5/s E2EL',
    'open 5/s response',
    'open 5/s TTFT',
    'open 5/s TTFT, response',
    'open 5/s TPOT',
    'open 5/s ITL',
    'open 5/s lag',
  ]);
});

test('the mean over runs, the largest of all, and dashes where the smallest sample cannot carry it', () => {
  const e2elMs = {
    mean: 5_000,
    stdev: 1,
    p50: 5_000,
    p90: 5_000,
    p95: 5_000,
    p99: 5_000,
    max: 9_000,
    count: 129,
  };
  const group = sampleGroup([openCell(5), openCell(5), openCell(5, { e2elMs })]);
  const row = latencyTable([group], english)?.rows.find(([, name]) => name === 'E2EL');
  assert.deepEqual(row, ['open 5/s', 'E2EL', '4,661', '4,661', '4,967', '–', '–', '9,000', '129']);
});

test('gaps between tokens only where reads held several', () => {
  const gaps = { mean: 5, stdev: 1, p50: 5, p90: 5, p95: 5, p99: 5, max: 6, count: 800 };
  const full = sampleGroup([
    openCell(5, { itlMs: gaps, itlPerTokenMs: { ...gaps, p50: 2.5, count: 1_600 } }),
  ]);
  const row = latencyTable([full], chinese)?.rows.find(([, name]) => name === '逐 token ITL');
  assert.deepEqual([row?.[3], row?.at(-1)], ['2.50', '1,600']);
});

test('without an answer there is no table', () => {
  assert.equal(latencyTable([sampleGroup([])], english), null);
});
