import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isRestart, readMetricsPage } from '../../src/measure/metrics-page.ts';

const PAGE = `# TYPE hits_total counter
hits_total{engine="0",reason="stop"} 3
hits_total{engine="1",reason="stop"} 4
hits_total{engine="1",reason="length"} 5
usage{engine="0"} 0.25
usage{engine="1"} 0.75
`;

test('sums over all series of a name, the largest, and sums by a label', () => {
  const page = readMetricsPage(PAGE);
  assert.equal(page.sum('hits_total'), 12);
  assert.equal(page.largest('usage'), 0.75);
  assert.deepEqual({ ...page.byLabel('hits_total', 'reason') }, { stop: 7, length: 5 });
  assert.deepEqual([page.has('usage'), page.has('misses')], [true, false]);
});

test('what a page does not have is null, and so is all of no page', () => {
  const page = readMetricsPage(PAGE);
  assert.deepEqual([page.sum('misses'), page.largest(undefined)], [null, null]);
  assert.equal(readMetricsPage(null).sum('hits_total'), null);
});

test('a series is found whatever the order of its labels', () => {
  assert.equal(readMetricsPage(PAGE).value('hits_total', { reason: 'length', engine: '1' }), 5);
  assert.equal(readMetricsPage(PAGE).value('hits_total', { engine: '1' }), null);
});

test('a restart is a counter that went down, or one made at another time', () => {
  const restart = (before: string, after: string): boolean =>
    isRestart(readMetricsPage(before), readMetricsPage(after));
  assert.equal(restart('a_total 5\n', 'a_total 9\n'), false);
  assert.equal(restart('a_total 5\n', 'a_total 3\n'), true);
  assert.equal(restart('a_count{x="1"} 5\n', 'a_count{x="1"} 4\n'), true);
  // Two engines: the sum rose, one of them began again.
  assert.equal(
    restart('a_total{e="0"} 5\na_total{e="1"} 5\n', 'a_total{e="0"} 90\na_total{e="1"} 1\n'),
    true,
  );
  assert.equal(restart('running 5\nkv_usage 0.9\n', 'running 0\nkv_usage 0\n'), false);
  assert.equal(restart('process_start_time_seconds 1.7e9\n', 'process_start_time_seconds 1.8e9\n'), true);
  assert.equal(restart('a_created 1.7e9\na_total 5\n', 'a_created 1.8e9\na_total 50\n'), true);
  assert.equal(restart('', 'a_total 3\n'), false);
});

test('a real page held against itself is no restart', () => {
  const text = readFileSync(new URL('../fixtures/vllm-0.32.0/metrics.txt', import.meta.url), 'utf8');
  assert.equal(isRestart(readMetricsPage(text), readMetricsPage(text)), false);
});
