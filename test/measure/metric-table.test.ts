import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { METRIC_LIST, METRICS, metricsOf } from '../../src/measure/metric-table.ts';
import { CHUNK, NO_CHUNKS } from '../../src/model/chunk-times.ts';
import { sampleResult } from '../helpers/sample-runs.ts';

test('a stream has all three, a plain answer only the whole', () => {
  const stream = sampleResult({
    sentUs: 1_000,
    firstTokenUs: 21_000,
    lastTokenUs: 61_000,
    finishedUs: 62_000,
    completionTokens: 5,
    streamed: true,
  });
  assert.deepEqual(
    [METRICS.e2elMs.of(stream), METRICS.ttftMs.of(stream), METRICS.tpotMs.of(stream)],
    [61, 20, 10],
  );
  const plain = { ...stream, streamed: false };
  assert.deepEqual(
    [METRICS.e2elMs.of(plain), METRICS.ttftMs.of(plain), METRICS.tpotMs.of(plain)],
    [61, null, null],
  );
});

test('what is missing is null: not sent, no token, one token', () => {
  const stream = sampleResult({ streamed: true, firstTokenUs: 1, lastTokenUs: 1 });
  assert.equal(METRICS.e2elMs.of({ ...stream, sentUs: null }), null);
  assert.equal(METRICS.ttftMs.of({ ...stream, sentUs: null }), null);
  assert.equal(METRICS.ttftMs.of({ ...stream, firstTokenUs: null }), null);
  assert.equal(METRICS.tpotMs.of({ ...stream, completionTokens: 1 }), null);
});

/** Any request that a run may have: its instants in order, some of them missing. */
const request = fc
  .record({
    times: fc.array(fc.nat(1e9), { minLength: 5, maxLength: 5 }).map((times) => times.sort((a, b) => a - b)),
    streamed: fc.boolean(),
    sent: fc.boolean(),
    token: fc.boolean(),
    promptTokens: fc.option(fc.nat(1000)),
    completionTokens: fc.option(fc.nat(1000)),
  })
  .map(
    ({
      times: [scheduledUs = 0, sentUs = 0, first = 0, last = 0, finishedUs = 0],
      sent,
      token,
      ...tokens
    }) => ({
      ...tokens,
      scheduledUs,
      sentUs: sent ? sentUs : null,
      firstTokenUs: sent && token ? first : null,
      firstVisibleUs: sent && token ? last : null,
      lastTokenUs: sent && token ? last : null,
      finishedUs,
    }),
  );

test('keys and CSV names are unique, and open loops and comparisons have what they need', () => {
  const csv = METRIC_LIST.flatMap((metric) => metric.csv ?? []);
  assert.equal(new Set(csv).size, csv.length);
  for (const metric of METRIC_LIST) {
    if (metric.kind === 'sending') assert.equal(metric.loop, 'open', metric.key);
    if ('unlike' in metric && metric.unlike !== undefined) assert.ok(metric.unlike in METRICS, metric.key);
    // Sides are compared by logarithms of ratios, which counts and shares may not have.
    if (metric.compared !== undefined) assert.match(metric.unit, /^(ms|per s)$/, metric.key);
  }
});

test('no request has a negative value of any metric, and a value that is there is a number', () => {
  fc.assert(
    fc.property(request, (one) => {
      for (const { key, of } of metricsOf('request', 'sending', 'paired')) {
        const value = of(one, NO_CHUNKS);
        assert.ok(value === null || value >= 0, `${key}: ${value}`);
      }
    }),
  );
});

test('what counts from the planned instant is never less than what counts from sending', () => {
  fc.assert(
    fc.property(request, (one) => {
      const ms = (key: 'e2elMs' | 'responseMs' | 'ttftMs' | 'ttftResponseMs') => METRICS[key].of(one) ?? 0;
      assert.ok(ms('responseMs') >= ms('e2elMs') && ms('ttftResponseMs') >= ms('ttftMs'));
    }),
  );
});

test('the longest stall is the longest gap, that before the first token included', () => {
  const gap = fc.integer({ min: 1, max: 1e6 });
  fc.assert(
    fc.property(fc.array(gap, { minLength: 1, maxLength: 20 }), (gaps) => {
      let at = 0;
      const atUs = gaps.map((us) => (at += us));
      const chunks = { ...NO_CHUNKS, atUs, kinds: atUs.map(() => CHUNK.content) };
      const stream = { streamed: true, sentUs: 0, firstTokenUs: atUs[0] ?? 0, finishedUs: at };
      const stall = METRICS.longestStallMs.of(sampleResult(stream), chunks) ?? Number.NaN;
      assert.equal(stall, Math.max(...gaps) / 1e3);
    }),
  );
});
