import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { pairsPlot } from '../../../src/report/plots/pairs-plot.ts';

const english = messagesOf('en');

const strip = (metric: string, ratios: readonly number[], interval: readonly [number, number] | null) => ({
  metric,
  pairs: ratios.map((ratio, i) => ({ label: `pair ${i + 1}`, logRatio: Math.log(ratio) })),
  estimate: Math.log(ratios[0] ?? 1),
  low: interval === null ? null : Math.log(interval[0]),
  high: interval === null ? null : Math.log(interval[1]),
});

const OPTIONS = { id: 'pairs', title: 'Before and after', level: 0.99 };

test('a row a metric, changes as percent around no change', () => {
  const plot = pairsPlot(
    [strip('TPOT p50', [1.05, 1.04, 1.06], [1.03, 1.07]), strip('TTFT p50', [0.9], null)],
    english,
    OPTIONS,
  );
  const [drawing] = plot?.drawings ?? [];
  assert.ok(drawing?.kind === 'strip');
  assert.deepEqual(drawing.axis.domain, [-10, 10]);
  assert.deepEqual([plot?.id, plot?.title], ['pairs', 'Before and after']);
  assert.match(plot?.lead ?? '', /99 % interval/);
  const [tpot, ttft] = drawing.rows;
  assert.deepEqual([tpot?.points.length, Math.round(tpot?.estimate ?? 0), ttft?.interval], [3, 5, null]);
  assert.deepEqual(plot?.table.rows, [
    ['TPOT p50', '+5.0 %', '+3.0 %', '+7.0 %', '3'],
    ['TTFT p50', '−10.0 %', '–', '–', '1'],
  ]);
});

test('nothing to compare is no plot', () => {
  assert.equal(pairsPlot([], english, OPTIONS), null);
});
