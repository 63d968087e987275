import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverFigures } from '../../../src/measure/server/server-figures.ts';
import { prefixCache, queueing } from '../../../src/report/findings/server-side.ts';
import { factsOf, type GroupCell, PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

/** What the server's page says of a run of 100 requests. */
interface Told {
  readonly queueSec?: number;
  readonly e2elSec?: number;
  readonly preemptions?: number;
  readonly hits?: number;
  readonly ttftMs?: number;
}

function page({ queueSec = 0, e2elSec = 0, preemptions = 0, hits = 0 }: Told, n: number): string {
  return [
    `vllm:request_queue_time_seconds_sum ${queueSec}`,
    `vllm:request_queue_time_seconds_count ${n}`,
    `vllm:e2e_request_latency_seconds_sum ${e2elSec}`,
    `vllm:e2e_request_latency_seconds_count ${n}`,
    `vllm:num_preemptions_total ${preemptions}`,
    `vllm:prefix_cache_queries_total ${10 * n}`,
    `vllm:prefix_cache_hits_total ${hits}`,
  ].join('\n');
}

function cellOf(told: Told, base: GroupCell = PAGE_CELLS[0] ?? assert.fail()): GroupCell {
  const states = [
    { edge: 'start', kind: 'metrics', takenAtMs: 0, status: 200, body: page({}, 0) },
    { edge: 'end', kind: 'metrics', takenAtMs: 1, status: 200, body: page(told, 100) },
  ] as const;
  const p50 = told.ttftMs ?? null;
  const ttftMs = { mean: p50, stdev: 0, p50, p90: p50, p95: p50, p99: p50, max: p50, count: 100 };
  return { ...base, overrides: { server: serverFigures(states), ttftMs } };
}

const page4 = (...told: readonly Told[]) =>
  sampleGroup(told.map((one, i) => cellOf(one, PAGE_CELLS[i] ?? assert.fail())));

test('the first cell whose requests waited for a twentieth of their time', () => {
  const waits = [0, 4, 5, 90].map((queueSec) => ({ queueSec, e2elSec: 100 }));
  const [facts] = factsOf(queueing(page4(...waits)), 'queueing');
  assert.deepEqual(facts?.from, {
    cell: { threads: 100, connections: 100 },
    queueMs: 50,
    share: 0.05,
  });
  assert.deepEqual(
    facts.cells.map(({ share }) => share),
    [0, 0.04, 0.05, 0.9],
  );
});

test('no queue is said with the longest wait', () => {
  const found = queueing(page4({ queueSec: 1, e2elSec: 100 }, { queueSec: 2, e2elSec: 100 }));
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ['noQueueing'],
  );
  assert.equal(factsOf(found, 'noQueueing')[0]?.most.queueMs, 20);
});

test('preemptions by cell', () => {
  const found = queueing(page4({ e2elSec: 1 }, { e2elSec: 1, preemptions: 7 }));
  assert.deepEqual(factsOf(found, 'preemptions')[0]?.cells, [
    { cell: { threads: 10, connections: 100 }, preemptions: 7 },
  ]);
});

test('a server that does not report its queue leaves the cause open', () => {
  assert.deepEqual(factsOf(queueing(sampleGroup(PAGE_CELLS)), 'causeUnknown'), [{ asked: false }]);
  const version = [
    { edge: 'start', kind: 'version', takenAtMs: 0, status: 200, body: '{"version":"1"}' },
  ] as const;
  const overrides = { server: serverFigures(version) };
  const group = sampleGroup(PAGE_CELLS.map((cell) => ({ ...cell, overrides })));
  assert.deepEqual(factsOf(queueing(group), 'causeUnknown'), [{ asked: true }]);
  assert.deepEqual(queueing(sampleGroup([])), []);
});

test('hits over all runs, with the least and the most of a cell', () => {
  const [facts] = factsOf(prefixCache(page4({ hits: 100 }, { hits: 500 }, { hits: 300 })), 'prefixCache');
  assert.deepEqual(
    [facts?.hitRate, facts?.range?.low.hitRate, facts?.range?.high.hitRate, facts?.hits, facts?.queries],
    [0.3, 0.1, 0.5, 900, 3_000],
  );
  assert.equal(factsOf(prefixCache(page4({ hits: 100 })), 'prefixCache')[0]?.range, null);
  assert.deepEqual(prefixCache(sampleGroup(PAGE_CELLS)), []);
});

test('a cache that grew warmer from run to run is reported, except for salted runs', () => {
  const told = [
    { hits: 100, ttftMs: 400 },
    { hits: 900, ttftMs: 90 },
  ];
  const group = sampleGroup(told.map((one) => cellOf(one)));
  const [facts] = factsOf(prefixCache(group), 'prefixWarmed');
  assert.deepEqual(facts?.first, { run: 1, hitRate: 0.1, ttftMs: 400 });
  assert.deepEqual(facts.last, { run: 2, hitRate: 0.9, ttftMs: 90 });
  const settings = { ...(group.runs[0]?.settings ?? assert.fail()), cache: 'salt' as const };
  const salted = told.map((one) => {
    const cell = cellOf(one);
    return { ...cell, overrides: { ...cell.overrides, settings } };
  });
  assert.deepEqual(factsOf(prefixCache(sampleGroup(salted)), 'prefixWarmed'), []);
  const alike = sampleGroup([cellOf({ hits: 100 }), cellOf({ hits: 140 })]);
  assert.deepEqual(factsOf(prefixCache(alike), 'prefixWarmed'), []);
});

test('a server that sees requests longer than their clients do: its times are withheld, with the reason', () => {
  const group = page4({ queueSec: 1_600, e2elSec: 10_000 });
  const found = queueing(group);
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ['serverClock'],
  );
  const [facts] = factsOf(found, 'serverClock');
  assert.equal(facts?.serverMs, 100_000);
});
