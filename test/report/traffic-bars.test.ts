import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trafficOf } from '../../src/measure/traffic.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { barsOverTime, bucketName, lengthBars } from '../../src/report/traffic-bars.ts';
import { sampleExchange } from '../helpers/sample-exchange.ts';

const english = messagesOf('en');

const trafficAt = (arrivals: readonly number[], outcome: 'ok' | 'client_aborted' = 'ok') =>
  trafficOf(
    [],
    arrivals.map((arrivedUs) => ({
      exchange: sampleExchange({ arrivedUs, finishedUs: arrivedUs + 1e6, outcome }),
      conversation: null,
      prompt: null,
    })),
  );

test('at most sixty bars over time, each the mean of its bins', () => {
  const [arrivals, inFlight, ...more] = barsOverTime(trafficAt([0, 30e6, 59e6]), english);
  assert.ok(arrivals?.kind === 'bars' && inFlight?.kind === 'bars');
  assert.equal(more.length, 0);
  const { bars } = arrivals.chart;
  assert.ok(bars.length > 20 && bars.length <= 60, `${bars.length}`);
  assert.equal(bars[0]?.name, '0');
  const mean = bars.reduce((sum, { amount }) => sum + amount, 0) / bars.length;
  assert.ok(Math.abs(mean - 3 / 60) < 0.005, `${mean}`);
});

test('aborts have a chart where there are some; lengths one bar a bucket', () => {
  assert.equal(barsOverTime(trafficAt([0], 'client_aborted'), english).length, 3);
  const [prompts] = lengthBars(trafficAt([0, 1]), english);
  assert.ok(prompts?.kind === 'bars');
  assert.deepEqual(prompts.chart.bars, [{ name: '11–20', amount: 2, label: '2' }]);
});

test('a bucket is named by its ends, or by its only number', () => {
  assert.equal(bucketName({ from: 51, to: 100, count: 1 }, String), '51–100');
  assert.equal(bucketName({ from: 1, to: 1, count: 1 }, String), '1');
});
