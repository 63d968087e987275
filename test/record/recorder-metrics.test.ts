import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecorderMetrics } from '../../src/record/recorder-metrics.ts';
import { OK_ANSWER as OK } from '../helpers/metrics-page.ts';

const GAUGES = {
  inFlight: 3,
  requests: 12,
  recorded: 9,
  resent: 0,
  refused: 0,
  connections: 0,
  connectionsRefused: 0,
  messagesDropped: 0,
  queuedBytes: 4_096,
  queueLimitBytes: 8_192,
  drops: { queue_full: 2 },
  loopDelaySec: { p50: 0.0001, p99: 0.002, max: 0.01 },
  forward: { seconds: 0.5, count: 12 },
  trouble: null,
  upload: null,
  spans: null,
};

function seriesValue(page: string, series: string): number {
  const line = page.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1));
}

test('counts by outcome and status, sums and gauges', () => {
  const metrics = createRecorderMetrics();
  metrics.add([OK, OK]);
  metrics.add([
    { ...OK, outcome: 'client_aborted', e2elUs: 100_000 },
    { ...OK, status: 400, outcome: 'http_error', ttftUs: null },
  ]);
  const page = metrics.page(GAUGES);
  for (const [series, value] of [
    ['reprise_exchanges_total{outcome="ok"}', 2],
    ['reprise_exchanges_total{outcome="client_aborted"}', 1],
    ['reprise_exchanges_total{outcome="timeout"}', 0],
    ['reprise_answers_total{status="400"}', 1],
    ['reprise_generation_tokens_total', 20],
    ['reprise_answer_bytes_total', 3_600],
    ['reprise_requests_in_flight', 3],
    ['reprise_dropped_total{reason="queue_full"}', 2],
    ['reprise_dropped_total{reason="write_failed"}', 0],
    ['reprise_tape_failing', 0],
    ['reprise_event_loop_delay_seconds{quantile="0.99"}', 0.002],
  ] as const) {
    assert.equal(seriesValue(page, series), value, series);
  }
  assert.equal(seriesValue(metrics.page({ ...GAUGES, trouble: 'disk' }), 'reprise_tape_failing'), 1);
});

test('histograms are cumulative, end in +Inf and agree with their count', () => {
  const metrics = createRecorderMetrics();
  metrics.add([OK, { ...OK, ttftUs: 1e12 }, { ...OK, ttftUs: 1_000 }]);
  const page = metrics.page(GAUGES);
  const buckets = [...page.matchAll(/^reprise_time_to_first_token_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm)];
  const counts = buckets.map(([, , n]) => Number(n));
  assert.deepEqual(
    [...counts].sort((a, b) => a - b),
    counts,
  );
  assert.equal(
    seriesValue(page, 'reprise_time_to_first_token_seconds_bucket{le="0.001"}'),
    1,
    'bounds are inclusive',
  );
  assert.equal(seriesValue(page, 'reprise_time_to_first_token_seconds_bucket{le="0.04"}'), 2);
  assert.equal(buckets.at(-1)?.[1], '+Inf');
  assert.equal(counts.at(-1), seriesValue(page, 'reprise_time_to_first_token_seconds_count'));
});

test('every series has its help and type, every line is well formed', () => {
  const page = createRecorderMetrics().page(GAUGES);
  assert.ok(page.endsWith('\n'));
  for (const line of page.trimEnd().split('\n')) {
    assert.match(line, /^(# (HELP|TYPE) reprise_\w+ \S.*|reprise_\w+(\{\w+="[^"]*"\})? -?[\d.e+-]+)$/);
  }
  // As `promtool check metrics` has it.
  const types = new Map([...page.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, name, type]) => [name, type]));
  for (const [name, type] of types) assert.equal(name?.endsWith('_total'), type === 'counter', name);
  for (const [, name = '', part] of page.matchAll(
    /^(reprise_\w+?)(_sum|_count|_bucket|\{quantile.*)? \S+$/gm,
  ))
    if (part !== undefined) assert.match(types.get(name) ?? '', /^(summary|histogram)$/, name);
});
