import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peakAnswer } from '../../../src/compare/peak/answer.ts';
import { judgePairs, pairedLoads } from '../../../src/compare/peak/paired-peak.ts';
import { searchTwo } from '../../../src/compare/peak/run-search.ts';
import { htmlPage } from '../../../src/report/html/html-page.ts';
import { markdownPage } from '../../../src/report/markdown-page.ts';
import { LANGUAGES } from '../../../src/report/messages/languages.ts';
import { peakDocument, peakPage } from '../../../src/report/peak/peak-page.ts';
import type { PeakReport } from '../../../src/report/peak/peak-report.ts';
import { textPage } from '../../../src/report/text-page.ts';
import { assertGolden } from '../../helpers/golden.ts';
import {
  blocksOf,
  chanceOf,
  GRID,
  type PeakServer,
  RULES_OF_TWO as RULES,
} from '../../helpers/peak-servers.ts';

const SERVER: PeakServer = { kind: 'slope', capacity: 20, noise: 0.03, drift: 0, hysteresis: 0 };

async function report(servers: 1 | 2): Promise<PeakReport> {
  const chance = chanceOf(7);
  const serve = {
    baseline: blocksOf(SERVER, chance),
    candidate: blocksOf({ ...SERVER, capacity: 26 }, chance),
  };
  const { visits, pairs, stop } = await searchTwo(RULES, {
    measure: async (arm, index) => serve[arm](GRID[index] ?? 0),
    visited: () => undefined,
  });
  const answers = (['baseline', 'candidate'] as const).map((label) => ({
    label,
    ...peakAnswer(visits[label], RULES, 0.95, stop),
  }));
  return {
    axis: 'rate',
    slo: { ttftMs: 500, tpotMs: null, e2elMs: null, itlMs: 50 },
    good: 0.99,
    step: 0.05,
    confidence: 0.95,
    blockMs: 20_000,
    answers: answers.slice(0, servers),
    paired: servers === 1 ? null : judgePairs(pairs, pairedLoads(visits.baseline, RULES), RULES, 0.95),
  };
}

test('text and Markdown in both languages', async () => {
  for (const language of LANGUAGES) {
    assertGolden(
      `report/peak/golden/one.${language}.txt`,
      textPage(peakPage(await report(1), '0.0.0', language)),
    );
    assertGolden(
      `report/peak/golden/two.${language}.md`,
      markdownPage(peakPage(await report(2), '0.0.0', language)),
    );
  }
});

test('the page has the plot with both ends marked', async () => {
  const made = await report(1);
  const html = htmlPage(peakPage(made, '0.0.0', 'en'));
  assert.match(html, /id="peak"/);
  for (const word of ['carries', 'does not carry', 'Good requests by load'])
    assert.ok(html.includes(word), word);
});

test('the document has the two ends, the loads and the notes with their sentences; of two servers both', async () => {
  const made = await report(1);
  const one = peakDocument(made) as Record<string, unknown> & {
    readonly notes: readonly { readonly text: string }[];
  };
  const [answer] = made.answers;
  assert.deepEqual([one.axis, one.passes, one.fails], ['rate', answer?.passes, answer?.fails]);
  assert.ok(one.notes.length > 0 && one.notes.every(({ text }) => text.length > 10));
  const two = peakDocument(await report(2)) as Record<string, unknown> & {
    readonly servers: readonly object[];
  };
  assert.equal(two.verdict, 'improvement');
  assert.equal(two.servers.length, 2);
});
