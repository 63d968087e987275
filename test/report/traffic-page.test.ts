import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOfTape } from '../../src/measure/tape-figures.ts';
import { trafficOf } from '../../src/measure/traffic.ts';
import type { Capture } from '../../src/model/capture.ts';
import { markdownPage } from '../../src/report/markdown-page.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { bucketName } from '../../src/report/plots/lengths-plot.ts';
import type { TrafficReport } from '../../src/report/runs-report.ts';
import { textPage } from '../../src/report/text-page.ts';
import { barsOverTime, lengthBars, trafficPage } from '../../src/report/traffic-page.ts';
import { assertGolden } from '../helpers/golden.ts';
import { sampleExchange } from '../helpers/sample-exchange.ts';
import { CAPTURE } from '../helpers/sample-records.ts';
import { sampleRun } from '../helpers/sample-runs.ts';

const capture: Capture = {
  ...CAPTURE,
  id: 1,
  endedAtMs: null,
  cleanClose: true,
  ignored: 0,
  drops: { queue_full: 1200 },
};
const runs = [sampleRun(), sampleRun({ id: 2, label: 'bad\x1b[31m', end: null })];
const text = (words: string) => new TextEncoder().encode(words);

const exchanges = Array.from({ length: 100 }, (_, i) =>
  sampleExchange({
    arrivedUs: i * 20_000,
    firstTokenUs: i * 20_000 + 30_000 + i * 100,
    finishedUs: i * 20_000 + 400_000,
    promptTokens: 100 + 3 * i,
    completionTokens: 10 + i,
    cachedTokens: i % 2 === 0 ? 48 : null,
    outcome: i % 10 === 0 ? 'client_aborted' : i % 33 === 5 ? 'http_error' : 'ok',
  }),
);

const report: TrafficReport = {
  tape: 'recordings/mine.sqlite',
  figures: figuresOfTape([capture], exchanges, runs),
  traffic: trafficOf(
    [capture],
    exchanges.map((exchange, i) => ({
      exchange,
      conversation: i % 40,
      prompt: { scope: 'm', text: text(`${'system prompt '.repeat(40)}${i}`.repeat(2)) },
    })),
  ),
  toolVersion: '0.1.0',
};

test('a tape as in the golden files', () => {
  assertGolden('report/golden/traffic.txt', textPage(trafficPage(report, 'en')));
  assertGolden('report/golden/traffic.zh.txt', textPage(trafficPage(report, 'zh')));
  assertGolden('report/golden/traffic.md', markdownPage(trafficPage(report, 'en')));
  assertGolden('report/golden/traffic.zh.md', markdownPage(trafficPage(report, 'zh')));
});

test('an empty tape reads sensibly', () => {
  const empty = { ...report, figures: figuresOfTape([], [], []), traffic: trafficOf([], []) };
  for (const language of ['en', 'zh'] as const) {
    const page = trafficPage(empty, language);
    assert.doesNotMatch(textPage(page), /NaN|undefined|Infinity/);
    assert.deepEqual(page.sections.find(({ id }) => id === 'plots')?.blocks, []);
  }
});

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
  const [prompts] = lengthBars({ figures: figuresOfTape([], [], []), traffic: trafficAt([0, 1]) }, english);
  assert.ok(prompts?.kind === 'bars');
  assert.deepEqual(prompts.chart.bars, [{ name: '11–20', amount: 2, label: '2' }]);
});

test('a bucket is named by its ends, or by its only number', () => {
  assert.equal(bucketName({ from: 51, to: 100, count: 1 }, String), '51–100');
  assert.equal(bucketName({ from: 1, to: 1, count: 1 }, String), '1');
});
