import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vllmBenchFigures } from '../../../src/measure/as/vllm-bench.ts';
import { vllmBenchDocument, vllmBenchText } from '../../../src/report/as/vllm-bench.ts';
import { sampleRun } from '../../helpers/sample-runs.ts';
import { REASONING_ANSWER, timedAnswer } from '../../helpers/timed-answer.ts';

const run = sampleRun();
const figures = vllmBenchFigures(run, [timedAnswer(REASONING_ANSWER)]);

test('the block of vllm bench serve, spaces at line ends included', () => {
  // Layout as printed by vllm 0.32.0 with --percentile-metrics ttft,tpot,itl,e2el.
  const value = (text: string): string => text.padEnd(10);
  assert.equal(
    vllmBenchText(run, figures),
    `Run 1 (before, 2x4, http://127.0.0.1:8000) by the definitions of vllm bench serve 0.32, from the stored chunk times:
============ Serving Benchmark Result ============
Successful requests:                     ${value('1')}
Failed requests:                         ${value('0')}
Maximum request concurrency:             ${value('4')}
Benchmark duration (s):                  ${value('1.20')}
Total input tokens:                      ${value('13')}
Total generated tokens:                  ${value('8')}
Request throughput (req/s):              ${value('0.83')}
Output token throughput (tok/s):         ${value('6.67')}
Peak output token throughput (tok/s):    ${value('7.00')}
Peak concurrent requests:                ${value('1.00')}
Total token throughput (tok/s):          ${value('17.50')}
---------------Time to First Token----------------
Mean TTFT (ms):                          ${value('50.00')}
Median TTFT (ms):                        ${value('50.00')}
P99 TTFT (ms):                           ${value('50.00')}
-----Time per Output Token (excl. 1st token)------
Mean TPOT (ms):                          ${value('18.71')}
Median TPOT (ms):                        ${value('18.71')}
P99 TPOT (ms):                           ${value('18.71')}
---------------Inter-token Latency----------------
Mean ITL (ms):                           ${value('21.83')}
Median ITL (ms):                         ${value('20.00')}
P99 ITL (ms):                            ${value('49.50')}
----------------End-to-end Latency----------------
Mean E2EL (ms):                          ${value('181.00')}
Median E2EL (ms):                        ${value('181.00')}
P99 E2EL (ms):                           ${value('181.00')}
==================================================
`,
  );
});

test('an open loop has its rate, what was left out stands below', () => {
  const open = sampleRun({ cell: { threads: 1, connections: 4, ratePerSec: 3.2 } });
  const text = vllmBenchText(open, { ...figures, caveats: { aborted: 2, plain: 0, countedTokens: 0 } });
  assert.match(text, /\nRequest rate configured \(RPS\): {11}3\.20 {6}\n/);
  assert.doesNotMatch(text, /Maximum request concurrency/);
  assert.match(text, /={50}\n {2}2 requests that were cut as recorded are left out/);
});

test('the document has the names of the tool’s own result file; nothing measured is zero, as there', () => {
  const document = vllmBenchDocument(vllmBenchFigures(run, [])) as Record<string, unknown>;
  assert.deepEqual(Object.keys(document), [
    'duration',
    'completed',
    'failed',
    'total_input_tokens',
    'total_output_tokens',
    'request_throughput',
    'output_throughput',
    'total_token_throughput',
    'max_output_tokens_per_s',
    'max_concurrent_requests',
    ...['ttft', 'tpot', 'itl', 'e2el'].flatMap((key) =>
      ['mean', 'median', 'std', 'p99'].map((stat) => `${stat}_${key}_ms`),
    ),
  ]);
  assert.equal(document.mean_ttft_ms, 0);
});
