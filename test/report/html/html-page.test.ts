import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Block } from '../../../src/report/block.ts';
import { comparisonPage, sessionPage } from '../../../src/report/comparison/session-page.ts';
import { htmlPage } from '../../../src/report/html/html-page.ts';
import { runsPage } from '../../../src/report/runs-page.ts';
import { comparedReport, matrixReport } from '../../helpers/sample-matrix.ts';
import { sampleSession } from '../../helpers/sample-session.ts';

const pageOf = (...blocks: readonly Block[]) =>
  htmlPage({
    language: 'en',
    title: 'T',
    lead: ['Lead'],
    footer: 'Foot.',
    sections: [{ id: 's', title: 'S', blocks }],
  });

const hashOf = (source: string) => `sha256-${createHash('sha256').update(source).digest('base64')}`;

test('the page allows only its own style and script, by their hashes', () => {
  const page = pageOf();
  const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1]?.replaceAll('&#39;', "'") ?? '';
  const [style, script] = [/<style>([\s\S]*?)<\/style>/, /<script>([\s\S]*?)<\/script>/].map(
    (part) => part.exec(page)?.[1] ?? '',
  );
  assert.match(policy, /^default-src 'none';/);
  assert.ok(policy.includes(`style-src '${hashOf(style ?? '')}'`));
  assert.ok(policy.includes(`script-src '${hashOf(script ?? '')}'`));
  assert.doesNotMatch(
    page.replace(/<(style|script)>[\s\S]*?<\/\1>/g, ''),
    / style="|https?:\/\/(?!10\.)|<(img|iframe|link rel="style)/,
  );
});

test('every kind of block', () => {
  const page = pageOf(
    { kind: 'title', text: 'Part' },
    { kind: 'text', text: 'Some <text>' },
    { kind: 'facts', facts: [['name', 'value']] },
    { kind: 'table', table: { caption: 'c', header: ['a'], rows: [['1']] }, notes: ['A note'] },
    {
      kind: 'findings',
      rows: [
        {
          id: 'finding-x',
          parts: [
            {
              labels: ['a'],
              severity: 'warning',
              text: { sentence: 'So.', evidence: 'n = 3, 5 % in 4 s', condition: 'Always' },
            },
          ],
        },
      ],
    },
    { kind: 'folded', title: 'More', blocks: [{ kind: 'text', text: 'Inside' }] },
    { kind: 'code', title: 'Code', text: 'a\n  <b>' },
    { kind: 'bars', chart: { title: 'B', direction: 'up', bars: [] } },
    { kind: 'plots', plots: [] },
  );
  for (const part of [
    '<h3 class="label">Part</h3>',
    '<p>Some &lt;text&gt;</p>',
    '<dl><dt>name</dt><dd>value</dd></dl>',
    '<ul class="notes"><li>A note</li></ul>',
    '<li id="finding-x"><details class="warning"><summary><span class="mark-of" aria-hidden="true">!</span><b>a: </b><span class="said">So.</span></summary>',
    '<p>Evidence: n = 3, 5\u00a0% in 4\u00a0s</p><p>Rule: Always</p>',
    '<details class="folded"><summary>More</summary><p>Inside</p></details>',
    '  &lt;b&gt;\n</pre>',
    '<a href="#s">S</a>',
    '<div class="plots"></div>',
  ]) {
    assert.ok(page.includes(part), part);
  }
});

const LOADS = [2, 8].map((connections) => ({
  cell: { threads: 1, connections },
  meanSec: 0.2,
  stdevSec: 0.02,
}));
const COMPARED = comparedReport({ windowSec: 3, repeats: 3, shapes: LOADS }, {});
const [COMPARISON = assert.fail()] = COMPARED.compared;

test('ids are unique and every link and label leads to one', () => {
  for (const shown of [
    runsPage(matrixReport({ windowSec: 10, streamed: true, repeats: 2 }), 'en'),
    runsPage(COMPARED, 'en'),
    comparisonPage(COMPARISON, '0.1.0', 'en'),
    sessionPage(sampleSession(), '0.1.0', 'en'),
  ]) {
    const page = htmlPage(shown);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id ?? '');
    assert.equal(new Set(ids).size, ids.length);
    const wanted = [...page.matchAll(/(?:href="#|aria-labelledby=")([^"]+)"/g)].flatMap(
      ([, list]) => list?.split(' ') ?? [],
    );
    for (const id of wanted) assert.ok(ids.includes(id), `${shown.title}: ${id}`);
  }
});

test('a table has its caption, which is not seen where it is what the section is called', () => {
  const captions = (page: string) =>
    [...page.matchAll(/<caption([^>]*)>([^<:]+)/g)].map(([, look, name]) => [name, look]);
  const compared = captions(htmlPage(comparisonPage(COMPARISON, '0.1.0', 'en')));
  assert.deepEqual(compared, [
    ['1x2', ''],
    ['1x8', ''],
  ]);
  const reported = captions(htmlPage(runsPage(COMPARED, 'en')));
  assert.deepEqual(
    reported.find(([name]) => name === 'Tests'),
    ['Tests', ' class="unseen"'],
  );
});

test('10,000 requests stay under 1 MB', () => {
  const report = matrixReport({ repeats: 2, streamed: true });
  assert.ok(report.runs.reduce((sum, { summary }) => sum + summary.requests, 0) > 10_000);
  const { length } = Buffer.from(htmlPage(runsPage(report, 'en')));
  assert.ok(length < 1_000_000, `${length} bytes`);
});
