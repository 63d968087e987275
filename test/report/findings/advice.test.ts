import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureNext, settings, watch } from '../../../src/report/findings/advice.ts';
import { factsOf, PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

const page = sampleGroup(PAGE_CELLS);

test('the reference case: the knee to work at, 200 connections for throughput, servers for more', () => {
  const advice = settings(page);
  assert.deepEqual(
    advice.map(({ kind }) => kind),
    ['workingPoint', 'highestThroughput', 'scaleOut'],
  );
  assert.equal(factsOf(advice, 'workingPoint')[0]?.level.connections, 100);
  assert.equal(factsOf(advice, 'highestThroughput')[0]?.cell.connections, 200);
});

test('without a knee no working point is invented', () => {
  assert.deepEqual(
    settings(sampleGroup(PAGE_CELLS.slice(0, 2))).map(({ kind }) => kind),
    ['highestThroughput'],
  );
  assert.deepEqual(settings(sampleGroup(PAGE_CELLS.slice(0, 1))), []);
});

test('thresholds come from the knee’s cell, by the highest percentile that it carries', () => {
  const [latency] = factsOf(watch(page), 'watchLatency');
  assert.deepEqual([latency?.percentile, Math.round(latency?.ms ?? 0)], ['p99', 4_344]);
  assert.deepEqual(factsOf(watch(page), 'watchRunning'), [{ connections: 100 }]);
  const count = (n: number) =>
    sampleGroup(
      PAGE_CELLS.map((cell, i) => ({
        ...cell,
        overrides: { e2elMs: { ...page.runs[i]?.e2elMs, count: n } as never },
      })),
    );
  assert.equal(factsOf(watch(count(100)), 'watchLatency')[0]?.percentile, 'p90');
  assert.deepEqual(factsOf(watch(count(20)), 'watchLatency'), []);
});

test('what to run next is what the report lacks', () => {
  const next = measureNext(page);
  assert.deepEqual(factsOf(next, 'addRepeats'), [{ wanted: 3 }]);
  assert.deepEqual(factsOf(next, 'addConnections'), [{ connections: [45, 141, 400] }]);
  const full = sampleGroup(
    [10, 20, 40, 80].map((connections) => ({
      connections,
      requestsPerSec: connections,
      meanMs: 1_000,
      runs: 3,
    })),
  );
  assert.deepEqual(measureNext(full), []);
  assert.deepEqual(measureNext(sampleGroup([])), []);
});

test('the time for a p99 is that of the slowest cell', () => {
  const slow = PAGE_CELLS.map((cell) => ({
    ...cell,
    overrides: {
      e2elMs: { ...page.runs[0]?.e2elMs, count: 400 } as never,
      ttftMs: { ...page.runs[0]?.ttftMs, count: 0 } as never,
    },
  }));
  const next = measureNext(sampleGroup(slow));
  assert.deepEqual(factsOf(next, 'addRequests'), [{ wanted: 662, seconds: 110 }]);
  assert.equal(factsOf(next, 'addStream').length, 1);
});
