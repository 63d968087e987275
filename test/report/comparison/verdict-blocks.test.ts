import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from '../../../src/compare/compare-runs.ts';
import { GLYPHS } from '../../../src/report/block.ts';
import { verdictBlocks } from '../../../src/report/comparison/verdict-blocks.ts';
import { changeTable, verdictLines } from '../../../src/report/comparison/verdict-lines.ts';
import { changesMarkup, verdictMarkup } from '../../../src/report/html/verdict.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { sampleSummaries } from '../../helpers/sample-runs.ts';

const before = sampleSummaries('before');
const CHANGED = [
  { name: 'scheduler_config.max_num_seqs', baseline: '256', candidate: '128' },
  ...['a', 'b', 'c', 'd'].map((name) => ({ name, baseline: '1', candidate: null })),
];

function firstScreen(scale: number, language: 'en' | 'zh' = 'en') {
  const after = sampleSummaries('after', { scale, firstId: 11 });
  const comparison = compareRuns({ before: 'before', after: 'after' }, before, after);
  const [band, grid] = verdictBlocks(
    [{ comparison, changed: CHANGED, runs: [...before, ...after] }],
    messagesOf(language),
  );
  assert.ok(band?.kind === 'verdict' && grid?.kind === 'changes');
  return { comparison, band: band.verdict, grid: grid.changes };
}

test('a slower server: the verdict of compare, what changed, and each metric with its interval', () => {
  const { comparison, band, grid } = firstScreen(2.5);
  assert.equal(comparison.verdict, 'regression');
  assert.deepEqual([band.tone, band.headline], ['worse', 'after against before: worse at 2x4']);
  assert.equal(band.lines[0], messagesOf('en').conclusion(comparison.conclusion));
  assert.match(band.lines[2] ?? '', /max_num_seqs 256 → 128, a 1 → –, b 1 → –, and 2 more/);
  const [row] = grid.rows;
  for (const [i, { ratio, low, high }] of Object.values(comparison.metrics)
    .filter(({ gating }) => gating)
    .entries()) {
    assert.deepEqual([row?.cells[i]?.ratio, row?.cells[i]?.low, row?.cells[i]?.high], [ratio, low, high]);
  }
  assert.equal(band.tiles.length, grid.header.length - 2);
});

test('a faster server, and inconclusive runs', () => {
  assert.equal(firstScreen(0.8).band.tone, 'better');
  assert.equal(firstScreen(1).band.headline, 'after against before: no change seen at 2x4');
});

test('the checks say what they found', () => {
  const trust = firstScreen(1).band.trust.map(({ good, text }) => `${good} ${text}`);
  assert.equal(trust[0], 'true 6 of 6 runs valid');
  assert.ok(trust.includes('false cache not known'));
  assert.ok(trust.some((line) => /^true errors 0 of [\d,]+$/.test(line)));
});

test('every figure has its glyph and word, in markup and in text', () => {
  for (const language of ['en', 'zh'] as const) {
    const messages = messagesOf(language);
    const { band, grid } = firstScreen(2.5, language);
    const html = verdictMarkup(band, messages, true, () => true) + changesMarkup(grid);
    assert.ok(html.includes(`${GLYPHS.worse} ${messages.verdict.tones.worse}`));
    assert.doesNotMatch(html, /NaN|undefined|Infinity/);
    assert.match(verdictLines(band)[0] ?? '', /^✕ after/);
    assert.match(changeTable(grid).rows[0]?.[1] ?? '', /^✕ ×2\.5 \[/);
  }
});

test('a strip that leaves the axis ends in an arrow, and one within it in a dot', () => {
  assert.doesNotMatch(changesMarkup(firstScreen(2.5).grid), /<circle/);
  assert.match(changesMarkup(firstScreen(1).grid), /<circle/);
});
