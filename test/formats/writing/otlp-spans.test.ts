import assert from 'node:assert/strict';
import { test } from 'node:test';
import { otlpSpans } from '../../../src/formats/writing/otlp-spans.ts';
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
