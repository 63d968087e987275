import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOfTape } from '../../../src/measure/tape-figures.ts';
import { trafficOf } from '../../../src/measure/traffic.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import type { Plot } from '../../../src/report/plot/chart.ts';
import { joinedBins, trafficPlot } from '../../../src/report/plots/time-plots.ts';
import { sampleExchange } from '../../helpers/sample-exchange.ts';

const english = messagesOf('en');

function reportOf(outcomes: readonly ('ok' | 'timeout')[]) {
  const exchanges = outcomes.map((outcome, i) =>
    sampleExchange({ arrivedUs: i * 1e5, finishedUs: i * 1e5 + 5e5, outcome }),
  );
  const traffic = trafficOf(
    [],
    exchanges.map((exchange) => ({ exchange, conversation: null, prompt: null })),
  );
  return { tape: 't', figures: figuresOfTape([], exchanges, []), traffic, toolVersion: '0' };
}

test('arrivals and concurrency, and what went wrong where something did', () => {
  const panels = (plot: Plot | null) =>
    plot?.drawings.flatMap((one) => (one.kind === 'stack' ? one.panels : []));
  assert.equal(panels(trafficPlot(reportOf(['ok', 'ok']), english))?.length, 2);
  const plot = trafficPlot(reportOf(['ok', 'timeout']), english);
  assert.equal(panels(plot)?.length, 3);
  assert.equal(
    plot?.table.rows.reduce((sum, row) => sum + Number(row[3]), 0),
    1,
  );
});

test('an empty tape has no plot', () => {
  assert.equal(trafficPlot(reportOf([]), english), null);
});

test('bins are joined until each holds some requests', () => {
  const bins = Array.from({ length: 60 }, (_, i) => ({
    startMs: i * 10,
    arrivalsPerSec: i % 2 === 0 ? 100 : 0,
    inFlight: 1,
    errors: i === 0 ? 1 : 0,
    aborts: 0,
  }));
  const joined = joinedBins({ bins, binMs: 10 }, 30);
  assert.deepEqual([joined.bins.length, joined.binMs, joined.bins[0]?.arrivalsPerSec], [6, 100, 50]);
  assert.equal(
    joined.bins.reduce((sum, { errors }) => sum + errors, 0),
    1,
  );
  assert.equal(joinedBins({ bins, binMs: 10 }, 10_000).bins.length, 60);
});
