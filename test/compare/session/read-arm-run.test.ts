import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArmRun } from '../../../src/compare/session/read-arm-run.ts';
import { summarizeRun } from '../../../src/measure/run-summary.ts';
import { samplesState } from '../../../src/measure/server/server-samples.ts';
import type { ServerState } from '../../../src/model/capture.ts';
import { CHUNK, NO_CHUNKS } from '../../../src/model/chunk-times.ts';
import type { Result } from '../../../src/model/result.ts';
import { realMetrics } from '../../helpers/metrics-page.ts';
import { OPEN_LOAD, sampleResult, sampleRun } from '../../helpers/sample-runs.ts';

const results = (...some: readonly Partial<Result>[]) =>
  some.map((result) => ({ result: sampleResult(result), chunks: NO_CHUNKS }));

test('answers and times by position; counted events are no length; what did not end ok has neither, but an exchange', () => {
  const run = sampleRun();
  const made = results(
    { seq: 0, exchangeId: 7, answerHash: 'h', completionTokens: 5 },
    { seq: 1, exchangeId: 8, outcome: 'http_error' },
    { seq: 3, exchangeId: 9, finishReason: 'tool_calls', tokenSource: 'chunks' },
  );
  const { run: read, exchangeIds } = readArmRun(summarizeRun(run, made), made, []);
  assert.deepEqual(
    read.answers.map(
      (answer) => answer && [answer.hash, answer.tokens, answer.finishReason, answer.calledTools],
    ),
    [['h', 5, 'length', false], null, null, [null, null, 'tool_calls', true]],
  );
  assert.deepEqual([...read.requests.e2elMs], [100, Number.NaN, Number.NaN, 100]);
  assert.deepEqual(
    [0, 1, 2, 3].map((position) => exchangeIds[position]),
    [7, 8, undefined, 9],
  );
  assert.deepEqual([read.server, read.descriptions], [null, { start: null, end: null }]);
});

test('a stream calls tools when one of its reads carried a call', () => {
  const chunks = { ...NO_CHUNKS, atUs: [1], kinds: [CHUNK.tool | CHUNK.role] };
  const made = [{ result: sampleResult({ streamed: true, firstTokenUs: 1 }), chunks }];
  const { answers } = readArmRun(summarizeRun(sampleRun(), made), made, []).run;
  assert.equal(answers[0]?.calledTools, true);
});

test('in an open loop times count from the plan', () => {
  const run = sampleRun({ settings: { ...sampleRun().settings, load: OPEN_LOAD } });
  const made = results({ scheduledUs: 20_000, sentUs: 60_000, finishedUs: 100_000 });
  const { requests } = readArmRun(summarizeRun(run, made), made, []).run;
  assert.deepEqual([...requests.e2elMs], [80]);
});

test("the server's own figures and descriptions, from what it said at both edges", () => {
  const page = realMetrics('python');
  const at = (edge: ServerState['edge'], body: string): ServerState => {
    return { edge, kind: 'metrics', takenAtMs: 0, status: 200, body };
  };
  // Nothing had been asked of the server before the first page.
  const zero = (line: string): string =>
    /^vllm:\w+(?<!_created)(\{| )/.test(line) ? line.replace(/ \S+$/, ' 0.0') : line;
  const sample = (atMs: number, kvCacheUsage: number | null) => ({
    atMs,
    running: 1,
    waiting: 0,
    kvCacheUsage,
  });
  const seen = samplesState([sample(500, 0.2), sample(1_500, 0.4), sample(2_500, null)], 0);
  const states = [at('start', page.split('\n').map(zero).join('\n')), at('end', page), seen];
  const made = results({});
  const { server, descriptions } = readArmRun(summarizeRun(sampleRun(), made, { states }), made, states).run;
  assert.ok((server?.queueMs ?? -1) >= 0 && (server?.prefillMs ?? 0) > 0);
  assert.ok((server?.prefixCacheHitRate ?? -1) > 0, 'the second of the two equal requests');
  assert.deepEqual([server?.preemptions, server?.kvCachePeak], [0, 0.4]);
  assert.ok((descriptions.end?.counters['vllm:generation_tokens_total'] ?? 0) > 0);
});
