import assert from 'node:assert/strict';
import { test } from 'node:test';
import { geometricMean } from '../../src/compare/statistics/averages.ts';
import { comparisonTables } from '../../src/report/comparison/comparison-tables.ts';
import { csvReport } from '../../src/report/csv.ts';
import { runsDocument } from '../../src/report/json.ts';
import { markdownPage } from '../../src/report/markdown-page.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { QUANTITIES } from '../../src/report/quantities.ts';
import { runsPage } from '../../src/report/runs-page.ts';
import { textPage } from '../../src/report/text-page.ts';
import { type CellShape, comparedReport, matrixReport } from '../helpers/sample-matrix.ts';

const LOADS: readonly CellShape[] = [
  { cell: { threads: 10, connections: 20 }, meanSec: 0.27, stdevSec: 0.05 },
  { cell: { threads: 100, connections: 200 }, meanSec: 0.47, stdevSec: 0.1 },
];
const SLOWER = LOADS.map((shape, i) => (i === 1 ? { ...shape, meanSec: 0.9 } : shape));
const report = comparedReport(
  { windowSec: 3, streamed: true, repeats: 3, shapes: LOADS },
  { shapes: SLOWER },
);
const english = messagesOf('en');

function firstScreen() {
  const [band, grid] = runsPage(report, 'en').sections[0]?.blocks ?? [];
  assert.ok(band?.kind === 'verdict' && grid?.kind === 'changes');
  return { band: band.verdict, grid: grid.changes };
}

test('what a reader asks is answered by the first screen', () => {
  assert.match(runsPage(report, 'en').tab ?? '', /^✕ after against before: worse at 100x200/);
  const { band, grid } = firstScreen();
  const worst = grid.rows.find(({ load }) => load === '100x200');
  const [e2el] = worst?.cells ?? [];
  const answers: Readonly<Record<string, readonly [where: string, what: RegExp]>> = {
    'is it better': [band.headline, /after against before: worse/],
    where: [band.headline, /worse at 100x200/],
    'by how much': [`${band.tiles[0]?.change} ${band.tiles[0]?.figures}`, /^\+\d+ % 4\d\d ms → 9\d\d ms$/],
    'how sure': [`${e2el?.word} ${e2el?.interval}`, /^worse \[\+\d+ %, (\+\d+ %|×[\d.]+)\]$/],
    'what changed': [band.lines.join('\n'), /^Changed on the server: max_num_seqs 256 → 128\.$/m],
    'can I trust it': [
      band.trust.map(({ good, text }) => `${good} ${text}`).join('\n'),
      /^true 12 of 12 runs valid\nfalse not interleaved\nfalse cache not known\ntrue errors 0 of [\d,]+\ntrue client fast enough$/,
    ],
    'what does it carry': [
      band.lines.join('\n'),
      /Carried at most: before \d+ requests\/s at 100x200, after \d+/,
    ],
    'what did it cost': [
      band.lines.join('\n'),
      /^At 100x200 it costs: E2EL p50 \+\d+ %, .* It gains: nothing\.$/m,
    ],
    'what to do': [band.lines.join('\n'), /What to do: keep before for loads such as 100x200\.$/m],
    'how to repeat it': [
      band.repeat ?? '',
      /^reprise replay recordings\/reference\.sqlite .* --label after /,
    ],
  };
  for (const [question, [where, what]] of Object.entries(answers)) assert.match(where, what, question);
});

test('one figure for one thing: the first screen, the tests, compare, JSON and CSV agree', () => {
  const { grid } = firstScreen();
  const [compared] = report.compared;
  assert.ok(compared !== undefined);
  const [tests] = runsPage(report, 'en').sections.find(({ id }) => id === 'tests')?.blocks ?? [];
  assert.ok(tests?.kind === 'table');
  const tables = comparisonTables(compared.comparison, english);
  const names = {
    'E2EL p50': 'E2EL p50 ms',
    'TTFT p50': 'TTFT p50 ms',
    'TPOT p50': 'TPOT p50 ms',
    'served tokens/s': 'tok/s',
  };
  for (const [i, row] of grid.rows.entries()) {
    for (const [k, name] of Object.keys(names).entries()) {
      const shown = row.cells[k]?.figures.split(' → ');
      const column = tests.table.header.indexOf(Object.values(names)[k] ?? '');
      const inTests: readonly (string | undefined)[] = tests.table.rows
        .filter(([load]) => load === row.load)
        .map((cells) => cells[column]);
      // The unit is in the head of the column there.
      const figures = shown?.map((figure) => figure.replace(' ms', ''));
      assert.deepEqual(inTests, figures, name);
      const inCompare = tables[i]?.rows.find(([metric]) => metric === name)?.slice(1, 3);
      assert.deepEqual(inCompare, shown, name);
    }
  }
  const lines = csvReport(report.runs.map(({ summary }) => summary))
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const [header = [], ...rows] = lines;
  const at = (name: string): number => header.indexOf(name);
  const served = (label: string): string => {
    const own = rows.filter((row) => row[at('label')] === label && row[at('connections')] === '200');
    return QUANTITIES.en.rate(
      geometricMean(own.map((row) => Number(row[at('served_output_tokens_per_sec')]))),
    );
  };
  const tokens = grid.rows[1]?.cells[3]?.figures;
  assert.equal(`${served('before')} → ${served('after')}`, tokens);
  const rates = (label: string): string =>
    QUANTITIES.en.rate(
      geometricMean(
        rows
          .filter((row) => row[at('label')] === label && row[at('connections')] === '200')
          .map((row) => Number(row[at('served_requests_per_sec')])),
      ),
    );
  const carried = `Carried at most: before ${rates('before')} requests/s at 100x200, after ${rates('after')} `;
  assert.ok(
    firstScreen().band.lines.some((line) => line.startsWith(carried)),
    carried,
  );
  const document = runsDocument(report.runs);
  const best = document.findings.find(({ kind, label }) => kind === 'bestCell' && label === 'before');
  assert.match(best?.text ?? '', new RegExp(`\\(${served('before')} output tokens/s\\)`));
});

test('ten lines of markdown hold the verdict, a row a load and the trust; the rest is folded', () => {
  const lines = markdownPage(runsPage(report, 'en')).split('\n');
  const ten = lines.slice(0, 10).join('\n');
  assert.match(
    ten,
    /^\*\*✕ after against before: worse at 100x200[^\n]*\*\*\n\n\| load \|.*\n\| --- .*\n\| 10x20 .*\n\| 100x200 .*\n\n✓ 12 of 12 runs valid/,
  );
  const open = lines.indexOf('<details><summary>The whole report</summary>');
  assert.ok(open > 0 && open < 20, `${open}`);
  assert.ok(lines.indexOf('## Tests') > open);
});

test('text keeps to the terminal: figures stay with their units, tables lose columns or become records', () => {
  for (const width of [60, 80, 100, 200]) {
    const text = textPage(runsPage(report, 'en'), width);
    const long = text.split('\n').filter((line) => line.length > width && !line.includes('reprise replay'));
    assert.deepEqual(long, [], `${width} columns`);
    assert.doesNotMatch(text, /\d\n +(ms|s|%|µs)\b/);
  }
});

test('one label: what it carries, its best rate, its knee, and the figures there', () => {
  const page = runsPage(matrixReport({ windowSec: 20, streamed: true }), 'en');
  const [band] = page.sections[0]?.blocks ?? [];
  assert.ok(band?.kind === 'verdict');
  const { headline, tiles, tone, lines } = band.verdict;
  assert.equal(tone, 'plain');
  assert.match(headline, /^\d+\.\d requests\/s served at most, at 100x200; hold it at 100 in flight$/);
  assert.match(lines[0] ?? '', /^What to do: keep about 100 requests in flight/);
  assert.deepEqual(
    tiles.map(({ name }) => name.replace(/ · .*/, '')),
    ['best rate', 'knee', 'TTFT p50', 'E2EL p50', 'served tokens/s'],
  );
});

test('an open loop carries what it keeps up with', () => {
  const open = [3.2, 6].map((ratePerSec) => ({
    cell: { threads: 1, connections: 8, ratePerSec },
    meanSec: 0.3,
    stdevSec: 0.05,
  }));
  const [band] = runsPage(matrixReport({ windowSec: 10, shapes: open }), 'en').sections[0]?.blocks ?? [];
  assert.ok(band?.kind === 'verdict');
  assert.match(band.verdict.headline, /^kept up with 6 arrivals\/s$/);
});
