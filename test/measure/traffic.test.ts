import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lengthHistogram, trafficOf } from '../../src/measure/traffic.ts';
import type { Capture } from '../../src/model/capture.ts';
import type { Exchange } from '../../src/model/exchange.ts';
import { sampleExchange } from '../helpers/sample-exchange.ts';
import { CAPTURE } from '../helpers/sample-records.ts';

const capture = (id: number, seconds: number): Capture => ({
  ...CAPTURE,
  id,
  endedAtMs: CAPTURE.startedAtMs + seconds * 1e3,
  cleanClose: true,
  ignored: 0,
  drops: {},
});

const bare = (exchange: Exchange, conversation: number | null = null) => ({
  exchange,
  conversation,
  prompt: null,
});

test('captures follow each other without what lies between them', () => {
  const exchanges = [
    sampleExchange({ captureId: 1, arrivedUs: 0, finishedUs: 1e6 }),
    sampleExchange({ captureId: 1, arrivedUs: 1e6, finishedUs: 2e6, outcome: 'client_aborted' }),
    sampleExchange({ captureId: 2, arrivedUs: 0.5e6, finishedUs: 1e6, outcome: 'http_error' }),
  ].map((exchange) => bare(exchange));
  const { bins, binMs } = trafficOf([capture(1, 10), capture(2, 10)], exchanges);
  const when = (of: 'arrivalsPerSec' | 'errors' | 'aborts') =>
    bins.filter((bin) => bin[of] > 0).map(({ startMs }) => Math.round(startMs / 500) / 2);
  assert.deepEqual(when('arrivalsPerSec'), [0, 1, 10.5]);
  assert.deepEqual([when('aborts'), when('errors')], [[2], [11]]);
  const inFlightSec = bins.reduce((sum, { inFlight }) => sum + (inFlight * binMs) / 1e3, 0);
  assert.ok(Math.abs(inFlightSec - 2.5) < 0.2, `${inFlightSec}`);
});

test('conversations, lengths, what the server cached', () => {
  const exchanges = [
    bare(sampleExchange({ promptTokens: 100, cachedTokens: 64 }), 0),
    bare(sampleExchange({ promptTokens: 100, cachedTokens: null }), 0),
    bare(sampleExchange({ promptTokens: null, completionTokens: null }), 1),
    bare(sampleExchange()),
  ];
  const traffic = trafficOf([capture(1, 1)], exchanges);
  assert.deepEqual([traffic.conversations, traffic.turns.map(({ count }) => count)], [2, [1, 1]]);
  assert.deepEqual([traffic.cachedTokens, traffic.cachedOfTokens], [64, 100]);
  assert.deepEqual(
    traffic.promptLengths.map(({ to, count }) => [to, count]),
    [
      [20, 1],
      [50, 0],
      [100, 2],
    ],
  );
  assert.equal(traffic.prefix.share, null);
});

test('the pattern of arrivals: a clock has no variation, bursts have much', () => {
  const cvOf = (arrivals: readonly number[]) =>
    trafficOf(
      [capture(1, 1)],
      arrivals.map((arrivedUs) => bare(sampleExchange({ arrivedUs }))),
    ).arrivalCv;
  assert.equal(cvOf([0, 10, 20, 30]), 0);
  assert.ok((cvOf([0, 1, 2, 3, 1000, 1001, 1002, 1003]) ?? 0) > 1.5);
  assert.equal(cvOf([0, 10]), null);
});

test('an empty tape has no traffic', () => {
  const { bins, conversations, arrivalCv, promptLengths } = trafficOf([], []);
  assert.deepEqual([bins, conversations, arrivalCv, promptLengths], [[], 0, null, []]);
});

const histogramOf = (values: readonly number[]) => lengthHistogram(Float64Array.from(values).sort());

test('buckets grow as 1, 2, 5, 10, from the first that holds something to the last', () => {
  assert.deepEqual(histogramOf([13, 14, 60, 600]), [
    { from: 11, to: 20, count: 2 },
    { from: 21, to: 50, count: 0 },
    { from: 51, to: 100, count: 1 },
    { from: 101, to: 200, count: 0 },
    { from: 201, to: 500, count: 0 },
    { from: 501, to: 1000, count: 1 },
  ]);
  assert.deepEqual(histogramOf([]), []);
  assert.deepEqual(histogramOf([0, 1]), [
    { from: 0, to: 0, count: 1 },
    { from: 1, to: 1, count: 1 },
  ]);
});

test('every value is in exactly one bucket, and buckets follow each other without a gap', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(200_000), { minLength: 1 }), (values) => {
      const buckets = histogramOf(values);
      for (const [i, { from, to, count }] of buckets.entries()) {
        assert.equal(count, values.filter((value) => value >= from && value <= to).length);
        if (i > 0) assert.equal(from, (buckets[i - 1]?.to ?? 0) + 1);
      }
      assert.equal(
        buckets.reduce((sum, { count }) => sum + count, 0),
        values.length,
      );
    }),
  );
});
