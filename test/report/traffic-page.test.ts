import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOfTape } from '../../src/measure/tape-figures.ts';
import { trafficOf } from '../../src/measure/traffic.ts';
import type { Capture } from '../../src/model/capture.ts';
import { markdownPage } from '../../src/report/markdown-page.ts';
import { textPage } from '../../src/report/text-page.ts';
import { trafficPage } from '../../src/report/traffic-page.ts';
import type { TrafficReport } from '../../src/report/traffic-report.ts';
import { assertGolden } from '../helpers/golden.ts';
import { sampleExchange } from '../helpers/sample-exchange.ts';
import { CAPTURE } from '../helpers/sample-records.ts';
import { sampleRun } from '../helpers/sample-runs.ts';

const capture: Capture = {
  ...CAPTURE,
  id: 1,
  endedAtMs: null,
  cleanClose: false,
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
