import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gatherReport } from '../../src/cli/report/gather-report.ts';
import { gatherTraffic } from '../../src/cli/report/gather-traffic.ts';
import type { InvalidReason } from '../../src/model/note.ts';
import { htmlPage } from '../../src/report/html/html-page.ts';
import { markdownPage } from '../../src/report/markdown-page.ts';
import { runsPage } from '../../src/report/runs-page.ts';
import { textPage } from '../../src/report/text-page.ts';
import { trafficPage } from '../../src/report/traffic-page.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import { NO_BROWSER, openFile } from '../helpers/browser.ts';
import { runCli } from '../helpers/run-cli.ts';
import {
  answerFigures,
  CAPTURE,
  exchangeEnd,
  exchangeStart,
  REQUEST,
  RUN,
  RUN_END,
  rawResult,
} from '../helpers/sample-records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

/** What somebody could put into a model's name, a prompt, a label or a server's answer. */
const EVIL = `"><script>document.title='taken'</script><img src=x onerror="alert(1)">'\`|{0};\u202e\x1b]0;taken\x07\x1b[31m\x1b[2J\n# [x](javascript:alert(1))`;

/** A tape on which every string is hostile. */
function evilTape(): string {
  const path = join(folder, 'evil.sqlite');
  const tape = openTapeWriter(path, 'create');
  const capture = tape.beginCapture({ ...CAPTURE, upstream: EVIL });
  for (const number of [1, 2]) {
    tape.startExchange(capture, { ...exchangeStart(number), path: `/v1/chat/completions${EVIL}` });
    const end = exchangeEnd(
      number,
      number * 1_000,
      JSON.stringify({ model: EVIL, messages: [{ role: EVIL, content: EVIL }] }),
    );
    const figures = answerFigures(end.answer, number === 2 ? { outcome: 'stream_error', error: EVIL } : {});
    tape.endExchange(capture, end, { ...REQUEST, model: EVIL, sessionKey: EVIL }, figures);
  }
  tape.endCapture(capture, CAPTURE.startedAtMs + 1_000, {});
  for (const [i, connections] of [2, 4, 8].entries()) {
    const run = tape.beginRun({
      ...RUN,
      label: EVIL,
      target: `http://${EVIL}`,
      toolVersion: EVIL,
      cell: { threads: 2, connections },
      settings: {
        ...RUN.settings,
        skipped: [EVIL, { kind: 'bodyTruncated', requests: EVIL }, null] as never,
        changes: [
          { kind: 'fieldRemoved', field: EVIL, requests: 1 },
          { kind: 'lengthNotPinned', why: EVIL, requests: 1 },
        ] as never,
        cacheRefusal: { kind: 'noAnswer', error: EVIL },
        client: EVIL,
        commandLine: i === 2 ? [] : ['replay', EVIL, '--label', EVIL],
      },
    });
    for (let seq = 0; seq < 20; seq++) {
      const raw = rawResult(seq);
      tape.addResult(
        run,
        raw,
        answerFigures(raw.answer, seq === 3 ? { outcome: 'http_error', error: EVIL } : {}),
      );
    }
    tape.endRun(run, {
      ...RUN_END,
      invalidReasons:
        i === 0 ? [EVIL as unknown as InvalidReason, { kind: EVIL } as unknown as InvalidReason] : [],
    });
    const models = JSON.stringify({ data: [{ id: EVIL, max_model_len: 1 }] });
    for (const [kind, body] of [
      ['version', JSON.stringify({ version: EVIL })],
      ['models', models],
      ['command', `${EVIL}\nGPU 0: ${EVIL} (UUID: 1)`],
    ] as const) {
      tape.addServerState({ runId: run }, { edge: 'start', kind, takenAtMs: 0, status: 200, body });
    }
  }
  tape.close();
  return path;
}

/** Runs in the browser. */
const LOOK = `({
  title: document.title,
  scripts: document.scripts.length,
  strangers: document.querySelectorAll(
    'img,iframe,object,embed,form,[onerror],[onclick],a[href^="javascript"]',
  ).length,
  text: document.body.innerText.includes("<script>document.title='taken'"),
})`;

const TAPE_FILE = evilTape();
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
