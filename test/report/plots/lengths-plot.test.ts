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

test('there is no plot of unknown lengths', () => {
  assert.equal(lengthsPlot(reportOf([null]), english), null);
});
