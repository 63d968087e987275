import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Block } from '../../src/report/block.ts';
import { markdownPage } from '../../src/report/markdown-page.ts';
import { runsPage } from '../../src/report/runs-page.ts';
import { assertGolden } from '../helpers/golden.ts';
import { matrixReport } from '../helpers/sample-matrix.ts';

test('the reference case as in the golden files', () => {
  const report = matrixReport();
  assertGolden('report/golden/reference.md', markdownPage(runsPage(report, 'en')));
  assertGolden('report/golden/reference.zh.md', markdownPage(runsPage(report, 'zh')));
});

const pageOf = (...blocks: readonly Block[]) =>
  markdownPage({
    language: 'en',
    title: 'T',
    lead: ['Lead.'],
    footer: 'Foot.',
    sections: [{ id: 's', title: 'S', blocks }],
  });

test('every kind of block has its look', () => {
  const text = pageOf(
    { kind: 'title', text: 'Part' },
    { kind: 'facts', facts: [['name', 'value']] },
    {
      kind: 'findings',
      rows: [
        {
          id: 'f',
          parts: [
            {
              labels: [],
              severity: 'fact',
              text: { sentence: 'So.', evidence: 'n = 3.', condition: 'Always.' },
            },
          ],
        },
      ],
    },
    {
      kind: 'bars',
      chart: { title: 'Bars', direction: 'right', bars: [{ name: 'n', amount: 1, label: '1' }] },
    },
    { kind: 'bars', chart: { title: 'None', direction: 'right', bars: [] } },
    { kind: 'plots', plots: [] },
  );
  assert.equal(
    text,
    `# T\n\nLead.\n\n## S\n\n### Part\n\n- **name**: value\n\n- **So.** n = 3.\n\n\`\`\`\nBars\n  n  ${'█'.repeat(40)} 1\n\`\`\`\n\nFoot.\n`,
  );
});

test('code cannot end its own fence, nor a text become markup', () => {
  const text = pageOf(
    { kind: 'code', title: 'C', text: '```\n# not a heading\n````\n\x1b[31m' },
    { kind: 'text', text: '<img src=x> [a](http://b) **c** &lt;' },
  );
  assert.match(text, /\n`````\n```\n# not a heading\n````\n�\[31m\n`````\n/);
  assert.match(text, /\\<img src=x\\> \\\[a\\\]\(http:\/\/b\) \\\*\\\*c\\\*\\\* \\&lt;/);
});
