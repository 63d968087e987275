import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOfTape } from '../../../src/measure/tape-figures.ts';
import { trafficOf } from '../../../src/measure/traffic.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { trafficPlot } from '../../../src/report/plots/time-plots.ts';
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
  assert.equal(trafficPlot(reportOf(['ok', 'ok']), english)?.drawings.length, 2);
  const plot = trafficPlot(reportOf(['ok', 'timeout']), english);
  assert.equal(plot?.drawings.length, 3);
  assert.equal(
    plot?.table.rows.reduce((sum, row) => sum + Number(row[3]), 0),
    1,
  );
});

test('an empty tape has no plot', () => {
  assert.equal(trafficPlot(reportOf([]), english), null);
});
