import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guidellmFigures } from '../../../src/measure/as/guidellm.ts';
import type { MeasuredResult } from '../../../src/measure/run-summary.ts';
import { NO_CHUNKS } from '../../../src/model/chunk-times.ts';
import type { Result } from '../../../src/model/result.ts';
import { peerFigures, peerRequests } from '../../helpers/peer-requests.ts';
import { sampleResult } from '../../helpers/sample-runs.ts';
import { REASONING_ANSWER, type Read, timedAnswer } from '../../helpers/timed-answer.ts';

const figuresOf = (results: readonly MeasuredResult[]) => flat(guidellmFigures(results).metrics);
const near = (found: number | undefined, wanted: number): void =>
  assert.ok(Math.abs((found ?? Number.NaN) - wanted) < 1e-9, `${found} is not ${wanted}`);
const plain = (overrides: Partial<Result>) => ({ result: sampleResult(overrides), chunks: NO_CHUNKS });

function flat(tree: object, path = ''): Record<string, number> {
  return Object.assign(
    {},
    ...Object.entries(tree).map(([name, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null
        ? flat(value, `${path}${name}.`)
        : { [`${path}${name}`]: Number(value) },
    ),
  );
}

test('TPOT has the first token’s wait in it, ITL has not; a request ends with its end mark', () => {
  const m = figuresOf([timedAnswer(REASONING_ANSWER, { finishedUs: 240_000 })]);
  near(m['time_to_first_token_ms.successful.mean'], 100);
  near(m['time_to_first_output_token_ms.successful.mean'], 120);
  near(m['inter_token_latency_ms.successful.mean'], 80 / 7);
  near(m['time_per_output_token_ms.successful.mean'], 180 / 8);
  near(m['request_latency.successful.percentiles.p99'], 0.2);
  near(m['output_tokens_per_second.total.mean'], 8 / 0.2);
  near(m['tokens_per_second.total.mean'], 21 / 0.2);
});

test('long answers weigh more: ITL by gaps, TPOT by tokens', () => {
  const steps = (n: number, stepMs: number): readonly Read[] =>
    Array.from({ length: n }, (_, i) => [100 + i * stepMs, ['content'], 1, 1] as const);
  const m = figuresOf([timedAnswer(steps(2, 50)), timedAnswer(steps(11, 10))]);
  near(m['inter_token_latency_ms.successful.mean'], (50 * 1 + 10 * 10) / 11);
  near(m['inter_token_latency_ms.successful.median'], 10);
  near(m['time_per_output_token_ms.successful.mean'], (150 + 200) / 13);
});

test('concurrency over time: levels weigh by how long they lasted', () => {
  const m = figuresOf([
    plain({ sentUs: 0, finishedUs: 400_000 }),
    plain({ sentUs: 100_000, finishedUs: 200_000 }),
    plain({ sentUs: 100_000, finishedUs: 1_000_000, outcome: 'http_error', status: 500 }),
  ]);
  // 1 for 100 ms, 3 for 100, 2 for 200, 1 for 600.
  near(m['request_concurrency.total.mean'], 1.4);
  near(m['request_concurrency.total.median'], 1);
  // Over all requests, the failed one too.
  near(m['requests_per_second.total.mean'], 3);
  assert.deepEqual([m['request_totals.successful'], m['request_totals.errored']], [2, 1]);
});

test('a plain answer has latency and TPOT, no TTFT; one without output is an error', () => {
  const results = [
    plain({ sentUs: 10_000 }),
    plain({ completionTokens: null, tokenSource: 'none' }),
    plain({ outcome: 'client_aborted' }),
  ];
  const m = figuresOf(results);
  assert.deepEqual([m['request_totals.successful'], m['request_totals.errored']], [1, 1]);
  assert.equal(guidellmFigures(results).caveats.aborted, 1);
  near(m['time_per_output_token_ms.successful.mean'], 30);
  near(m['time_to_first_token_ms.successful.mean'], 0);
});

test('guidellm’s own classes say the same of the same times', () => {
  const ours = figuresOf(peerRequests());
  for (const [name, value] of Object.entries(flat(peerFigures<object>('guidellm-0.8.1')))) {
    const own = ours[name] ?? Number.NaN;
    assert.ok(Math.abs(own - value) <= 1e-6 * Math.max(1, value), `${name}: ${own} and ${value}`);
  }
});

test('a stream with an error event, or with one that is not JSON, is errored', () => {
  const m = figuresOf([
    timedAnswer(REASONING_ANSWER),
    timedAnswer(REASONING_ANSWER, { outcome: 'stream_error' }),
    timedAnswer(REASONING_ANSWER, { oddEvents: 1 }),
  ]);
  assert.deepEqual([m['request_totals.successful'], m['request_totals.errored']], [1, 2]);
});
