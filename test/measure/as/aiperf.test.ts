import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aiperfFigures } from '../../../src/measure/as/aiperf.ts';
import type { MeasuredResult } from '../../../src/measure/run-summary.ts';
import { NO_CHUNKS } from '../../../src/model/chunk-times.ts';
import type { Result } from '../../../src/model/result.ts';
import { peerFigures, peerRequests } from '../../helpers/peer-requests.ts';
import { sampleResult } from '../../helpers/sample-runs.ts';
import { REASONING_ANSWER, timedAnswer } from '../../helpers/timed-answer.ts';

type Stats = Readonly<Record<string, Readonly<Record<string, number>>>>;

const plain = (overrides: Partial<Result>) => ({ result: sampleResult(overrides), chunks: NO_CHUNKS });
const metricsOf = (results: readonly MeasuredResult[]) => aiperfFigures(results).metrics as Stats;
const near = (found: number | undefined, wanted: number): void =>
  assert.ok(Math.abs((found ?? Number.NaN) - wanted) < 1e-9, `${found} is not ${wanted}`);

test('the role chunk does not count, reasoning does; a request ends with its last text', () => {
  const m = metricsOf([timedAnswer(REASONING_ANSWER)]);
  near(m.time_to_first_token?.avg, 100);
  near(m.time_to_second_token?.avg, 20);
  near(m.time_to_first_output_token?.avg, 120);
  near(m.request_latency?.avg, 180);
  // (180 - 100) / (8 - 1); events at 100 120 120 160 180.
  near(m.inter_token_latency?.avg, 80 / 7);
  near(m.output_token_throughput_per_user?.avg, 7000 / 80);
  near(m.e2e_output_token_throughput?.avg, 8000 / 180);
  assert.deepEqual([m.output_sequence_length?.avg, m.input_sequence_length?.avg], [8, 13]);
  // From the first sending to the last text.
  near(m.request_throughput?.avg, 1 / 0.18);
  near(m.output_token_throughput?.avg, 8 / 0.18);
  near(m.input_token_throughput?.avg, 13 / 0.18);
});

test('samples and single figures have the members of profile_export_aiperf.json', () => {
  const m = metricsOf([timedAnswer(REASONING_ANSWER)]);
  const rounded = (name: string, value: unknown) =>
    name === 'p99' ? Number(Number(value).toFixed(6)) : value;
  assert.deepEqual(JSON.parse(JSON.stringify(m.inter_chunk_latency, rounded)), {
    unit: 'ms',
    avg: 20,
    p50: 20,
    p90: 34,
    p99: 39.4,
    min: 0,
    max: 40,
    std: Math.sqrt(200),
    count: 4,
  });
  assert.deepEqual(m.request_count, { unit: 'requests', avg: 1 });
});

test('a plain answer has latency and lengths, no tokens in time', () => {
  const m = metricsOf([plain({ sentUs: 20_000 })]);
  assert.deepEqual([m.request_count?.avg, m.request_latency?.avg, m.output_sequence_length?.avg], [1, 80, 3]);
  assert.deepEqual([m.time_to_first_token?.count, m.inter_token_latency?.count], [0, 0]);
});

test('errors are counted and have no latency; aborts are left out', () => {
  const { metrics, caveats } = aiperfFigures([
    timedAnswer(REASONING_ANSWER),
    timedAnswer([[50, ['role'], 1, 0]]),
    plain({ outcome: 'http_error', status: 503 }),
    timedAnswer(REASONING_ANSWER, { outcome: 'upstream_aborted' }),
    timedAnswer(REASONING_ANSWER, { outcome: 'client_aborted' }),
  ]);
  const m = metrics as Stats;
  assert.deepEqual([m.request_count?.avg, m.error_request_count?.avg, caveats.aborted], [1, 3, 1]);
});

test('nothing at all is zero rates and empty samples', () => {
  const m = metricsOf([]);
  assert.deepEqual([m.request_throughput?.avg, m.request_latency?.count], [0, 0]);
});

test('aiperf’s own classes say the same of the same times', () => {
  const ours = metricsOf([...peerRequests()]);
  for (const [tag, stats] of Object.entries(peerFigures<Stats>('aiperf-0.13.0'))) {
    for (const [name, value] of Object.entries(stats)) {
      const own = ours[tag]?.[name] ?? Number.NaN;
      assert.ok(Math.abs(own - value) <= 1e-6 * Math.max(1, value), `${tag} ${name}: ${own} and ${value}`);
    }
  }
});
