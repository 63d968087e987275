import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gatherReport } from '../../src/cli/report/gather-report.ts';
import { gatherTraffic } from '../../src/cli/report/gather-traffic.ts';
import { htmlPage } from '../../src/report/html/html-page.ts';
import { markdownPage } from '../../src/report/markdown-page.ts';
import { runsPage } from '../../src/report/runs-page.ts';
import { textPage } from '../../src/report/text-page.ts';
import { trafficPage } from '../../src/report/traffic-page.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { NO_BROWSER, openFile } from '../helpers/browser.ts';
import { EVIL, writeHostileTape } from '../helpers/hostile-tape.ts';
import { runCli } from '../helpers/run-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

/** Runs in the browser. */
const LOOK = `({
  title: document.title,
  scripts: document.scripts.length,
  strangers: document.querySelectorAll(
    'img,iframe,object,embed,form,[onerror],[onclick],a[href^="javascript"]',
  ).length,
  text: document.body.innerText.includes("<script>document.title='taken'"),
})`;

const TAPE_FILE = join(folder, 'evil.sqlite');
writeHostileTape(TAPE_FILE);
const tape = openTape(TAPE_FILE);
after(() => tape.close());
const runs = await gatherReport(tape, TAPE_FILE, tape.runs(), { note: EVIL, asked: {} });
const traffic = gatherTraffic(tape, TAPE_FILE);

/** What may reach a terminal or a file, by what asks for it. */
const TEXTS: Readonly<Record<string, () => Promise<string> | string>> = {
  report: () => printed('report', TAPE_FILE),
  wrk: () => printed('report', TAPE_FILE, '--format', 'wrk'),
  csv: () => printed('report', TAPE_FILE, '--format', 'csv'),
  repro: () => printed('report', TAPE_FILE, '--repro'),
  inspect: () => printed('inspect', TAPE_FILE),
  'report in Chinese': () => textPage(runsPage(runs, 'zh')),
  markdown: () => markdownPage(runsPage(runs, 'en')),
  traffic: () => textPage(trafficPage(traffic, 'en')),
  'traffic in Chinese': () => textPage(trafficPage(traffic, 'zh')),
};

/** Through the command line, as its readers get it. */
async function printed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args);
  assert.equal(code, 0, stderr);
  return stdout;
}

test('no escape sequence, bidirectional mark or new line of a tape reaches a terminal or a file', async () => {
  for (const [name, make] of Object.entries(TEXTS)) {
    const text = await make();
    assert.match(text, /script/, name);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f\u202e]/, name);
    assert.doesNotMatch(text, /^# \[x\]/m, name);
  }
});

test('in Markdown nothing of a tape is markup', () => {
  const outsideCode = markdownPage(runsPage(runs, 'en')).replace(/^(`{3,})[\s\S]*?^\1$/gm, '');
  assert.doesNotMatch(outsideCode, /(?<!\\)<(script|img)|(?<!\\)\[x(?<!\\)\]\(/);
});

test('in a browser nothing of a tape runs, loads or becomes an element', { skip: NO_BROWSER }, async () => {
  for (const shown of [runsPage(runs, 'en'), trafficPage(traffic, 'en')]) {
    const file = join(folder, 'evil.html');
    writeFileSync(file, htmlPage(shown));
    const { page, said, asked, close } = await openFile(file);
    const found = (await page.evaluate(LOOK)) as {
      title: string;
      scripts: number;
      strangers: number;
      text: boolean;
    };
    assert.notEqual(found.title, 'taken');
    assert.deepEqual([found.scripts, found.strangers, found.text], [1, 0, true]);
    // Tips are text as well.
    const marks = await page.locator('svg.drawing').first().boundingBox();
    if (marks !== null) await page.mouse.move(marks.x + marks.width / 2, marks.y + marks.height / 2);
    assert.deepEqual([said, asked], [[], []]);
    await close();
  }
});
