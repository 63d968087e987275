import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OTLP_ENCODER, otlpSpans } from '../../../src/formats/writing/otlp-spans.ts';
import { NO_CHUNKS } from '../../../src/model/chunk-times.ts';
import { sampleExchange } from '../../helpers/sample-exchange.ts';
import { sampleResult, sampleRun } from '../../helpers/sample-runs.ts';

test('failures are error spans; a run without trace contexts gets ids of its own; what is not known is left out', () => {
  const run = { ...sampleRun(), target: 'https://h/base', startedAtMs: 1_000 };
  const result = sampleResult({
    outcome: 'timeout',
    status: null,
    sentUs: null,
    scheduledUs: 2_000,
    firstTokenUs: null,
    finishedUs: 5_000,
  });
  const made = JSON.parse(
    JSON.stringify(otlpSpans(run, [result], new Map(), '1.2.3', (bytes) => 'a'.repeat(2 * bytes))),
  );
  const [span] = made.resourceSpans[0].scopeSpans[0].spans;
  const { traceId, spanId, startTimeUnixNano, endTimeUnixNano, events, status } = span;
  assert.deepEqual(
    [traceId, spanId, startTimeUnixNano, endTimeUnixNano, events, status],
    ['a'.repeat(32), 'a'.repeat(16), '1002000000', '1005000000', [], { code: 2 }],
  );
  const values = Object.fromEntries(
    span.attributes.map(({ key, value }: { key: string; value: object }) => [key, Object.values(value)[0]]),
  );
  assert.deepEqual(
    [values['error.type'], values['server.address'], values['server.port']],
    ['timeout', 'h', '443'],
  );
  for (const name of [
    'http.response.status_code',
    'gen_ai.request.model',
    'gen_ai.latency.time_to_first_token',
  ])
    assert.equal(name in values, false, name);
});

test('a recorded request is a line with one span, below the trace context that its client sent', () => {
  const encode = (headers: readonly string[]) => {
    const exchange = sampleExchange({
      requestHeaders: headers,
      arrivedUs: 500,
      firstTokenUs: 700,
      finishedUs: 1_500,
    });
    const line = OTLP_ENCODER.encode({
      exchange,
      body: Buffer.from('{}'),
      sinceStartUs: 0,
      wallUs: 2_000_000,
      origin: 'http://gpu:8000',
      upstream: 'http://gpu:8000',
      answerBody: () => null,
      chunkTimes: () => NO_CHUNKS,
    });
    return JSON.parse(Buffer.from(line).toString()).resourceSpans[0].scopeSpans[0].spans[0];
  };
  const [bare, same, child] = [[], [], ['traceparent', `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`]].map(
    encode,
  );
  assert.match(bare.traceId, /^[0-9a-f]{32}$/);
  assert.deepEqual(same, bare, 'the same tape gives the same file');
  assert.deepEqual([child.traceId, child.parentSpanId], ['1'.repeat(32), '2'.repeat(16)]);
  assert.deepEqual(
    [bare.startTimeUnixNano, bare.endTimeUnixNano, bare.events[0].timeUnixNano, bare.parentSpanId],
    ['2000000000', '2001000000', '2000200000', undefined],
  );
});
