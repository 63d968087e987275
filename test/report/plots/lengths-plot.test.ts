import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOfTape } from '../../../src/measure/tape-figures.ts';
import { trafficOf } from '../../../src/measure/traffic.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { lengthsPlot } from '../../../src/report/plots/lengths-plot.ts';
import { sampleExchange } from '../../helpers/sample-exchange.ts';

const english = messagesOf('en');

function reportOf(lengths: readonly (number | null)[]) {
  const exchanges = lengths.map((tokens) => sampleExchange({ promptTokens: tokens, completionTokens: null }));
  const traffic = trafficOf(
    [],
    exchanges.map((exchange) => ({ exchange, conversation: null, prompt: null })),
  );
  return { tape: 't', figures: figuresOfTape([], exchanges, []), traffic, toolVersion: '0' };
}

test('a bar a bucket, with the ends of the buckets on the axis', () => {
  const plot = lengthsPlot(reportOf([13, 14, 60]), english);
  const [chart, ...more] = plot?.drawings ?? [];
  assert.ok(chart?.kind === 'chart');
  assert.equal(more.length, 0);
  assert.deepEqual([1, 2, 3, 4, 1.5].map(chart.x.format), ['10', '20', '50', '100', '']);
  assert.deepEqual(
    plot?.table.rows.map((row) => row[1]),
    ['2', '0', '1'],
  );
});

test('the median and the ninth tenth are marked before the bars, in one word where they are near', () => {
  const marks = (lengths: readonly number[]) => {
    const [chart] = lengthsPlot(reportOf(lengths), english)?.drawings ?? [];
    const layers = chart?.kind === 'chart' ? chart.layers : [];
    assert.deepEqual([layers[0]?.kind, layers.length], ['bars', 3]);
    return layers.flatMap((layer) => (layer.kind === 'rule' ? layer.label : []));
  };
  const spread = Array.from({ length: 100 }, (_, i) => 2 ** (i % 10));
  assert.deepEqual(marks(spread), ['p50', 'p90']);
  assert.deepEqual(marks([...spread.map(() => 60), 1_000]), ['p50, p90', '']);
});

test('there is no plot of unknown lengths', () => {
  assert.equal(lengthsPlot(reportOf([null]), english), null);
});
