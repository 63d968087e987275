import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayWidth } from '../../src/report/plain-text.ts';
import { runsPage } from '../../src/report/runs-page.ts';
import { textPage, textReport } from '../../src/report/text-page.ts';
import { assertGolden } from '../helpers/golden.ts';
import { matrixReport } from '../helpers/sample-matrix.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

const report = matrixReport({ repeats: 3 });

test('the reference case as in the golden files', () => {
  assertGolden('report/golden/reference.txt', textPage(runsPage(report, 'en')));
  assertGolden('report/golden/reference.zh.txt', textPage(runsPage(report, 'zh')));
});

test('prose keeps to a hundred columns, in both languages', () => {
  for (const language of ['en', 'zh'] as const) {
    const lines = textPage(runsPage(report, language)).split('\n');
    for (const line of lines.filter((text) => !/^ *\d/.test(text))) {
      assert.ok(displayWidth(line) <= 100, line);
    }
  }
});

test('every kind of block has its look, or none on a terminal', () => {
  const text = textPage({
    language: 'en',
    title: 'Title',
    lead: ['Lead.'],
    footer: 'Foot.',
    sections: [
      {
        id: 's',
        title: 'Section',
        blocks: [
          { kind: 'title', text: 'Part' },
          { kind: 'text', text: 'Some text.' },
          { kind: 'facts', facts: [['name', 'value']] },
          { kind: 'table', table: { caption: 'Section', header: ['a'], rows: [['1']] }, notes: ['A note.'] },
          { kind: 'table', table: { caption: 'Other', header: ['a'], rows: [['1']] }, notes: [] },
          {
            kind: 'findings',
            rows: [
              {
                id: 'f',
                parts: [
                  {
                    labels: [],
                    severity: 'fact',
                    text: { sentence: 'So it is.', evidence: 'n = 3.', condition: 'Always.' },
                  },
                ],
              },
            ],
          },
          { kind: 'code', title: 'Code', text: 'x\n  y\n' },
          {
            kind: 'bars',
            chart: { title: 'Bars', direction: 'right', bars: [{ name: 'n', amount: 1, label: '1' }] },
          },
          { kind: 'plots', plots: [] },
        ],
      },
    ],
  });
  assert.equal(
    text,
    `Title
=====
Lead.

Section
-------
Part

Some text.

name  value

a
1
  A note.

Other
a
1

* So it is.
    n = 3.

Code
x
  y

Bars
  n  ${'█'.repeat(40)} 1

Foot.
`,
  );
});

const before = sampleSummaries('before');

test('the matrix of the golden file', () => {
  const wide = sampleSummaries('before', { count: 1, firstId: 7 }).map((run) => ({
    ...run,
    cell: { threads: 10, connections: 200 },
    e2elMs: { ...run.e2elMs, mean: 5273, p50: 5210, p99: 6700, count: 2200 },
    valid: false,
    invalidReasons: [{ kind: 'connectionsMissing', open: 199, asked: 200 } as const],
  }));
  assertGolden('report/golden/matrix.txt', textReport([...before, ...wide]));
  assertGolden('report/golden/matrix.zh.txt', textReport([...before, ...wide], 'zh'));
});

test('a label with an escape sequence does not reach the terminal', () => {
  const text = textReport(before.map((run) => ({ ...run, label: '\x1b[2Jx' })));
  assert.ok(!text.includes('\x1b'));
});
