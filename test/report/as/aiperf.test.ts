import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aiperfFigures } from '../../../src/measure/as/aiperf.ts';
import { NO_CHUNKS } from '../../../src/model/chunk-times.ts';
import { aiperfDocument, aiperfText } from '../../../src/report/as/aiperf.ts';
import { peerFigures, peerRequests } from '../../helpers/peer-requests.ts';
import { sampleResult, sampleRun } from '../../helpers/sample-runs.ts';
import { REASONING_ANSWER, timedAnswer } from '../../helpers/timed-answer.ts';

type Stats = Readonly<Record<string, Readonly<Record<string, number>>>>;

const figures = aiperfFigures([timedAnswer(REASONING_ANSWER)]);

test('the table of aiperf, in rich’s box: a long name has its unit on a line of its own', () => {
  const [, title, top, header, , first, ...rest] = aiperfText(sampleRun(), figures).split('\n');
  assert.match(title ?? '', /^ +NVIDIA AIPerf \| LLM Metrics$/);
  assert.match(top ?? '', /^┏━+(┳━+){7}┓$/);
  assert.match(header ?? '', /^┃ +Metric ┃ +avg ┃ +min ┃ +max ┃ +p99 ┃ +p90 ┃ +p50 ┃ +std ┃$/);
  assert.match(first ?? '', /^│ +Time to First Token \(ms\) │ 100\.00 │ 100\.00 │ 100\.00 │ .* │ +0\.00 │$/);
  const text = rest.join('\n');
  assert.match(text, /│ +Output Token Throughput Per User │ +87\.50 │.*\n│ +\(tokens\/sec\/user\) │ +│/);
  assert.match(text, /│ +Request Count \(requests\) │ +1\.00 │ +N\/A │/);
  assert.equal(new Set([top, header, first].map((line) => line?.length)).size, 1);
});

test('aiperf’s own classes say the same of the same times', () => {
  const ours = aiperfDocument(aiperfFigures(peerRequests())) as Stats;
  for (const [tag, stats] of Object.entries(peerFigures<Stats>('aiperf-0.13.0'))) {
    for (const [name, value] of Object.entries(stats)) {
      const own = ours[tag]?.[name] ?? Number.NaN;
      assert.ok(Math.abs(own - value) <= 1e-6 * Math.max(1, value), `${tag} ${name}: ${own} and ${value}`);
    }
  }
});

test('samples that are empty are no rows', () => {
  const plain = aiperfFigures([{ result: sampleResult(), chunks: NO_CHUNKS }]);
  const text = aiperfText(sampleRun(), plain);
  assert.doesNotMatch(text, /First Token|Inter Token/);
  assert.match(text, /Request Latency \(ms\) │ 100\.00 │/);
});

test('the document has the tags of profile_export_aiperf.json', () => {
  const document = aiperfDocument(figures) as Record<string, unknown>;
  const rounded = (name: string, value: unknown) =>
    name === 'p99' ? Number(Number(value).toFixed(6)) : value;
  assert.deepEqual(JSON.parse(JSON.stringify(document.inter_chunk_latency, rounded)), {
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
  assert.deepEqual(document.request_count, { unit: 'requests', avg: 1 });
});
