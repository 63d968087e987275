import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverFigures } from '../../../src/measure/server/server-figures.ts';
import { samplesState } from '../../../src/measure/server/server-samples.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import type { Plot } from '../../../src/report/plot/chart.ts';
import { timelinePlot } from '../../../src/report/plots/time-plots.ts';
import { sampleCells } from '../../helpers/sample-cells.ts';

const english = messagesOf('en');

const line = sampleCells({ repeats: 3, streamed: true }).drawn[0]?.lines[0] ?? assert.fail();
const stackOf = (plot: Plot | null) => {
  const [stack, ...more] = plot?.drawings ?? [];
  assert.ok(stack?.kind === 'stack' && more.length === 0);
  return stack;
};

test('in flight, tokens, first tokens and errors over the median run, on one axis of time', () => {
  const plot = timelinePlot('t', { title: '', lines: [line] }, english);
  const stack = stackOf(plot);
  assert.deepEqual(
    stack.panels.map(({ y }) => y.label),
    ['in flight', 'output tokens/s', 'mean TTFT', 'errors'],
  );
  const rule = stack.marks.find(({ kind }) => kind === 'rule');
  assert.deepEqual(rule, { kind: 'rule', at: 20_000, label: 'sending ended' });
  const shade = stack.marks.find(({ kind }) => kind === 'shade');
  assert.ok(shade?.kind === 'shade' && shade.from === 20_000 && shade.to > 20_000);
  assert.equal(plot?.table.rows.length, line.runs[0]?.series.timeline.bins.length);
  assert.match(plot?.definition[0] ?? '', /median throughput.*: \d+ \(\d+\); bins of 500 ms\.$/);
});

test('before and after lie over each other', () => {
  const plot = timelinePlot(
    't',
    { title: '10x20', lines: [line, { ...line, series: 11, name: 'after' }] },
    english,
  );
  for (const { layers } of stackOf(plot).panels) assert.equal(layers.length, 2);
  assert.deepEqual(
    plot?.legend?.map(({ name }) => name),
    ['10x20', 'after'],
  );
});

test('without token counts answers take their place, without streams nothing is said of first tokens', () => {
  const plain = sampleCells().drawn[0]?.lines[0] ?? assert.fail();
  const runs = plain.runs.map((run) => ({
    ...run,
    summary: { ...run.summary, servedOutputTokensPerSec: null },
  }));
  const plot = timelinePlot('t', { title: '', lines: [{ ...plain, runs }] }, english);
  assert.deepEqual(
    stackOf(plot).panels.map(({ y }) => y.label),
    ['in flight', 'requests/s', 'errors'],
  );
});

test('a run without a request has no time to draw', () => {
  const runs = line.runs.map((run) => ({
    ...run,
    series: { ...run.series, timeline: { binMs: 10, bins: [] } },
  }));
  assert.equal(timelinePlot('t', { title: '', lines: [{ ...line, runs }] }, english), null);
  assert.equal(timelinePlot('t', { title: '', lines: [] }, english), null);
});

test("the server's own load is drawn where it was asked for, broken where a page did not come", () => {
  const samples = [
    { atMs: 500, running: 16, waiting: 4, kvCacheUsage: 0.31 },
    { atMs: 1_500, running: 16, waiting: 9, kvCacheUsage: null },
    { atMs: 2_500, running: null, waiting: null, kvCacheUsage: null },
    { atMs: 3_500, running: 12, waiting: 0, kvCacheUsage: null },
  ];
  const version = {
    edge: 'start',
    kind: 'version',
    takenAtMs: 0,
    status: 200,
    body: '{"version":"0.8.5"}',
  } as const;
  const server = serverFigures([version, samplesState(samples, 0)]);
  const runs = line.runs.map((run) => ({ ...run, summary: { ...run.summary, server } }));
  const plot = timelinePlot('t', { title: '', lines: [{ ...line, runs }] }, english);
  const panels = stackOf(plot).panels.slice(4);
  assert.deepEqual(
    panels.map(({ y, layers }) => [
      y.label,
      layers.map((layer) => [layer.kind, 'points' in layer ? layer.points.map(({ x, y }) => [x, y]) : []]),
    ]),
    [
      [
        'running in the server',
        [
          [
            'step',
            [
              [500, 16],
              [1_500, 16],
            ],
          ],
          ['dots', [[3_500, 12]]],
        ],
      ],
      [
        'waiting in the server',
        [
          [
            'step',
            [
              [500, 4],
              [1_500, 9],
            ],
          ],
          ['dots', [[3_500, 0]]],
        ],
      ],
      ['KV cache in use', [['dots', [[500, 0.31]]]]],
    ],
  );
  const row = plot?.table.rows[1];
  assert.deepEqual(row?.slice(-3), ['16', '4', '31 %']);
});
