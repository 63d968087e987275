import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toolText } from '../../src/report/tool-report.ts';
import { sampleRun } from '../helpers/sample-runs.ts';

const NONE = { aborted: 0, plain: 0, countedTokens: 0 };

test('a row for each metric of the tool, a column for each of its figures, what has none is empty', () => {
  const metrics = {
    completed: 12,
    latency: { unit: 'ms', avg: 21.83333, p99: null },
    ttft_ms: { successful: { mean: 100, percentiles: { p95: 120.5 } } },
  };
  assert.equal(
    toolText('a tool 1', sampleRun(), { metrics, caveats: NONE }),
    [
      'Run 1 (before, 2x4, http://127.0.0.1:8000) by the definitions of a tool 1, from the stored chunk times:',
      'metric     value  unit     avg  p99  mean    p95',
      'completed     12',
      'latency             ms  21.833    –',
      'ttft_ms                               100  120.5',
      '',
    ].join('\n'),
  );
});

test('differences from the tool’s own measurement are listed below, each only where it applies', () => {
  const lines = (caveats: typeof NONE) =>
    toolText('x', sampleRun(), { metrics: {}, caveats }).split('\n').slice(2, -1);
  assert.deepEqual(lines(NONE), []);
  assert.match(
    lines({ aborted: 1200, plain: 2, countedTokens: 3 }).join('\n'),
    /^ {2}1,200 requests cut[^\n]+\n {2}2 non-streaming responses[^\n]+\n {2}3 responses reported no usage/,
  );
});

test('control characters of a label do not reach the terminal', () => {
  const text = toolText('x', sampleRun({ label: 'x\x1b[2J' }), { metrics: {}, caveats: NONE });
  assert.match(text, /^Run 1 \(x�\[2J, 2x4/);
});
