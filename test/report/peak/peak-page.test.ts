import assert from 'node:assert/strict';
import { test } from 'node:test';
import { htmlPage } from '../../../src/report/html/html-page.ts';
import { markdownPage } from '../../../src/report/markdown-page.ts';
import { LANGUAGES } from '../../../src/report/messages/languages.ts';
import { peakDocument, peakPage } from '../../../src/report/peak/peak-page.ts';
import { textPage } from '../../../src/report/text-page.ts';
import { assertGolden } from '../../helpers/golden.ts';
import { samplePeak } from '../../helpers/sample-peak.ts';

test('text and Markdown in both languages', async () => {
  for (const language of LANGUAGES) {
    assertGolden(
      `report/peak/golden/one.${language}.txt`,
      textPage(peakPage(await samplePeak(1), '0.0.0', language)),
    );
    assertGolden(
      `report/peak/golden/two.${language}.md`,
      markdownPage(peakPage(await samplePeak(2), '0.0.0', language)),
    );
  }
});

test('a search that did not settle says which of its ends are known', async () => {
  const made = await samplePeak(1);
  const said = (passes: number | null, fails: number | null): string => {
    const answers = made.answers.map((answer) => ({ ...answer, outcome: 'open' as const, passes, fails }));
    return textPage(peakPage({ ...made, answers }, '0.0.0', 'en')).replaceAll('\n', ' ');
  };
  assert.match(said(null, null), /has not settled\. No load has been decided yet\./);
  assert.match(said(10, null), /So far the server carries 10 requests\/s, and its limit was not reached\./);
  assert.match(
    said(null, 20),
    /So far the server does not carry 20 requests\/s, and no lower load was decided\./,
  );
  assert.match(said(10, 20), /So far the server carries 10 requests\/s and does not carry 20 requests\/s\./);
});

test('the page has the plot with both ends marked', async () => {
  const made = await samplePeak(1);
  const html = htmlPage(peakPage(made, '0.0.0', 'en'));
  assert.match(html, /id="peak"/);
  for (const word of ['carries', 'Good requests by load']) assert.ok(html.includes(word), word);
});

test('the document has the two ends, the loads and the notes with their sentences; of two servers both', async () => {
  const made = await samplePeak(1);
  const one = peakDocument(made) as Record<string, unknown> & {
    readonly notes: readonly { readonly text: string }[];
  };
  const [answer] = made.answers;
  assert.deepEqual([one.axis, one.passes, one.fails], ['rate', answer?.passes, answer?.fails]);
  assert.ok(one.notes.length > 0 && one.notes.every(({ text }) => text.length > 10));
  const two = peakDocument(await samplePeak(2)) as Record<string, unknown> & {
    readonly servers: readonly object[];
  };
  assert.equal(two.verdict, 'improvement');
  assert.equal(two.servers.length, 2);
});
