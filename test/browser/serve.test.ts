import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { openShelf } from '../../src/cli/serve/open-shelf.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { ALL_ROWS, ALL_RUNS, addressOf, type Place } from '../../src/serve/address.ts';
import { LISTED, runFigures } from '../../src/serve/run-figures.ts';
import { startWebServer, type WebServer } from '../../src/serve/start-web-server.ts';
import { complaints, NO_BROWSER, type OpenedPage, openPage } from '../helpers/browser.ts';
import { EVIL, writeHostileTape } from '../helpers/hostile-tape.ts';
import { eventually } from '../helpers/http-call.ts';
import { quickSimulator } from '../helpers/quick-simulator.ts';
import { startCli } from '../helpers/run-cli.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = join(tempFolder(), 'tapes');
mkdirSync(folder);
copyFileSync(SAMPLE_TAPE, join(folder, 'demo.sqlite'));

const hostile = `it's "<b>&.sqlite`;
writeHostileTape(join(folder, hostile));

const defects: unknown[] = [];
const onDefect = (error: unknown): void => void defects.push(error);
const shelf = openShelf({ given: [folder], showsBodies: true, onDefect });
let server: WebServer;

before(async () => {
  server = await startWebServer({
    host: '127.0.0.1',
    port: 0,
    hostname: 'box',
    token: null,
    shelf,
    onDefect,
  });
  // So that the list has its figures.
  await eventually(async () => {
    const tapes = await shelf.tapes();
    return tapes.every(({ name, contents }) =>
      contents?.runs.every((run) => shelf.figuresOf(name, run) !== null),
    );
  }, 20_000);
});
after(async () => {
  await server.close();
  await shelf.close();
  assert.deepEqual(defects, []);
});

function open(place: Place | string, width = 1440): Promise<OpenedPage> {
  const path = typeof place === 'string' ? place : addressOf(place);
  return openPage(new URL(path, server.url), { width, height: 900 });
}

function placesOf(
  tape: string,
  [a, b, c]: readonly [string, string, string],
): Readonly<Record<string, Place>> {
  const sides = [a, b, c].map((runs) => ({ tape, runs }));
  return {
    traffic: { kind: 'traffic', tape },
    exchanges: { kind: 'exchanges', tape, query: ALL_ROWS },
    exchange: { kind: 'exchange', tape, id: 2 },
    report: { kind: 'report', side: { tape, runs: a } },
    requests: { kind: 'requests', tape, runs: [1, 2], query: { ...ALL_ROWS, order: 'longest' } },
    request: { kind: 'request', tape, run: 1, seq: 3 },
    comparison: { kind: 'compare', sides: sides.slice(0, 2) },
    trend: { kind: 'compare', sides },
  };
}

const PLACES: Readonly<Record<string, Place>> = {
  home: { kind: 'home', query: ALL_RUNS },
  'home, filtered to nothing': { kind: 'home', query: { ...ALL_RUNS, texts: { label: 'nobody' } } },
  live: { kind: 'live' },
  ...placesOf('demo.sqlite', ['1', '7', '2']),
  ...Object.fromEntries(
    Object.entries(placesOf(hostile, ['1', '2', '3'])).map(([name, place]) => [`hostile ${name}`, place]),
  ),
  'hostile label': { kind: 'report', side: { tape: hostile, runs: EVIL } },
};

/** Runs in the browser. */
const LOOK = `({
  width: document.documentElement.scrollWidth,
  title: document.title,
  strangers: document.querySelectorAll('img,iframe,object,embed,[onerror],[onclick],a[href^="javascript"]').length,
  scripts: document.scripts.length,
  headings: document.querySelectorAll('h1').length,
  dead: [...document.querySelectorAll('a[href^="#"]')]
    .map(({ hash }) => decodeURIComponent(hash.slice(1)))
    .filter((id) => document.getElementById(id) === null),
})`;

interface Look {
  readonly width: number;
  readonly title: string;
  readonly strangers: number;
  readonly scripts: number;
  readonly headings: number;
  readonly dead: readonly string[];
}

test('every page, of a tape as recorded and of a hostile one: silent, alone, within its width, accessible', {
  skip: NO_BROWSER,
}, async () => {
  const { page, said, asked, close } = await open('/');
  for (const [name, place] of Object.entries(PLACES)) {
    const answer = await page.goto(new URL(addressOf(place), server.url).href);
    assert.equal(answer?.status(), 200, name);
    for (const width of [360, 768, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const seen = (await page.evaluate(LOOK)) as Look;
      assert.ok(seen.width <= width, `${name}: ${seen.width} px wide on ${width}`);
      assert.deepEqual([seen.strangers, seen.scripts, seen.headings, seen.dead], [0, 2, 1, []], name);
      assert.notEqual(seen.title, 'taken');
    }
    // The reports themselves have tests of their own, and hostile pages have the same elements.
    if (!/report|label|traffic|hostile/.test(name)) assert.deepEqual(await complaints(page, 'all'), [], name);
    assert.deepEqual([said, asked], [[], []], name);
  }
  await page.emulateMedia({ colorScheme: 'dark' });
  for (const name of ['home', 'comparison', 'exchange']) {
    await page.goto(new URL(addressOf(PLACES[name] as Place, 'zh'), server.url).href);
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
    assert.deepEqual(await complaints(page, 'all'), [], `${name}, dark, in Chinese`);
  }
  await close();
});

test('filters, orders, back and forward, two choices and one click, language and keyboard', {
  skip: NO_BROWSER,
}, async () => {
  const { page, said, close } = await open('/');
  const labels = (): Promise<readonly string[]> =>
    page.locator('#runs tbody tr td:nth-child(3)').allTextContents();
  await page.getByLabel('tape', { exact: true }).fill('demo');
  await page.getByLabel('label', { exact: true }).fill('bef');
  await page.keyboard.press('Enter');
  await page.waitForURL(/label=bef/);
  assert.deepEqual([...new Set(await labels())], ['before']);
  await page.getByRole('link', { name: 'load', exact: true }).click();
  await page.waitForURL(/sort=load/);
  assert.equal(await page.locator('#runs th[aria-sort=ascending]').textContent(), 'load');
  await page.goBack();
  assert.doesNotMatch(page.url(), /sort=load/);
  await page.goForward();
  assert.match(page.url(), /label=bef.*sort=load/);

  await page.goto(new URL('/?tape=demo', server.url).href);
  for (const run of ['1 before', '7 after']) {
    const box = page.getByRole('checkbox', { name: `compare demo.sqlite ${run}` });
    await box.focus();
    await page.keyboard.press('Space');
    assert.equal(await box.isChecked(), true);
  }
  await page.getByRole('button', { name: 'Compare selected' }).click();
  await page.waitForURL(/\/compare\?side=/);
  const sections = await page.locator('main > section').evaluateAll((all) => all.map(({ id }) => id));
  assert.ok(sections.indexOf('differs') < sections.indexOf('verdict'), String(sections));
  assert.match((await page.locator('#differs').textContent()) ?? '', /max_num_seqs/);
  assert.match(
    (await page.locator('#command-text').textContent()) ?? '',
    /^reprise compare .*demo\.sqlite 1 7$/,
  );
  await page.getByRole('link', { name: '中文' }).click();
  await page.waitForURL(/lang=zh/);
  assert.match((await page.locator('h2').first().textContent()) ?? '', /不同之处/);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
  assert.deepEqual(said, []);
  await close();
});

/** A point of a figure, and the requests that it leads to. */
const LEADS: readonly (readonly [figure: string, keys: readonly string[], to: RegExp])[] = [
  [
    'timeline-',
    ['ArrowRight', 'ArrowRight'],
    /\/requests\?tape=demo\.sqlite&run=1&from=\d+&to=\d+&order=longest/,
  ],
  [
    'e2el',
    Array(20).fill('ArrowRight'),
    /\/requests\?tape=demo\.sqlite&run=1&by=e2elMs&least=[\d.]+&most=[\d.]+&order=/,
  ],
  ['ttft', ['ArrowRight'], /\/requests\?tape=demo\.sqlite&run=1&by=ttftMs&least=0\.000000&most=[\d.]+/],
  ['ttft-itl', ['ArrowRight'], /\/request\?tape=demo\.sqlite&run=1&seq=\d+$/],
];

test('a point of a plot leads to its requests, and a request to its tokens', {
  skip: NO_BROWSER,
}, async () => {
  const { page, close } = await open({ kind: 'report', side: { tape: 'demo.sqlite', runs: '1' } });
  for (const [figure, keys, to] of LEADS) {
    await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true; })`);
    await page.locator(`figure[id^=${figure}] svg.drawing`).first().focus();
    for (const key of [...keys, 'Enter']) await page.keyboard.press(key);
    await page.waitForURL(to);
    assert.doesNotMatch((await page.locator('main').textContent()) ?? '', /No row matches/, page.url());
    await page.goBack();
  }
  await page
    .locator('#requests')
    .getByRole('link', { name: /^280 ms/ })
    .click();
  await page.waitForURL(/\/requests\?tape=demo\.sqlite&run=1&from=280&to=290/);
  await page.locator('#rows').getByRole('link', { name: '8', exact: true }).click();
  await page.waitForURL(/\/request\?/);
  assert.equal(await page.locator('#tokens svg.drawing').count(), 1);
  await close();
});

/** How long the replay is that is watched: the suite has little time, `LIVE_SECONDS=20` is a look at a real one. */
const LIVE_SECONDS = Number(process.env.LIVE_SECONDS ?? 2);

/** The requests that the page counts of a run. */
async function countOf(name: string, page: OpenedPage['page']): Promise<number> {
  const words = await page
    .locator('article[data-state]', { hasText: name })
    .locator('dl div', { hasText: /^requests\d/ })
    .textContent();
  return Number((words ?? '').replace(/\D/g, ''));
}

/** The same of the watched run, twice a second while its process runs. */
async function countsUntil(ended: Promise<unknown>, page: OpenedPage['page']): Promise<readonly number[]> {
  let goesOn = true;
  void ended.finally(() => {
    goesOn = false;
  });
  const counts: number[] = [];
  while (goesOn) {
    counts.push(await countOf('watched', page));
    await setTimeout(500);
  }
  return counts;
}

test('a replay is watched to its end, which has the figures of its report; a killed one is shown as such', {
  skip: NO_BROWSER,
}, async () => {
  const simulator = await quickSimulator({ timeScale: 20 });
  const tape = join(folder, 'live.sqlite');
  copyFileSync(SAMPLE_TAPE, tape);
  const replay = (name: string, duration: string) =>
    startCli([
      ...['replay', tape, '--target', simulator.url.origin, '--matrix', '1x4'],
      ...['--duration', duration, '--label', name],
    ]);
  const { page, said, close } = await open({ kind: 'live' });
  const state = (name: string): Promise<string | null> =>
    page.evaluate(
      `[...document.querySelectorAll('article[data-state]')]
        .find((one) => one.querySelector('h3').textContent.includes('${name}'))?.dataset.state ?? null`,
    );
  const recorder = startCli([
    ...['record', '--upstream', simulator.url.origin, '--listen', '127.0.0.1:0'],
    ...['--out', join(folder, 'recorded.sqlite')],
  ]);
  const watched = replay('watched', `${LIVE_SECONDS}s`);
  await eventually(async () => (await state('watched')) === 'running');
  const counts = await countsUntil(watched.ended, page);
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => a - b),
  );
  // Two seconds on a busy machine may be one look.
  if (LIVE_SECONDS >= 10)
    assert.ok(new Set(counts).size > LIVE_SECONDS / 2, `it was seen to grow: ${counts}`);
  assert.equal((await watched.ended).code, 0);
  // Its tape is written by a process of another name.
  await eventually(async () => (await state('recording of')) === 'running');
  recorder.interrupt();
  await eventually(async () => (await state('watched')) === 'ended');
  const shown = await page.locator('article[data-state]', { hasText: 'watched' }).locator('dl').textContent();
  // A figure and its unit stay on one line.
  const words = (shown ?? '').replaceAll('\u00a0', ' ');
  const { runs } = await shelf.report({ tape: 'live.sqlite', runs: 'watched' });
  const [run] = runs;
  assert.ok(run !== undefined);
  const { quantities: q, metric } = messagesOf('en');
  const { values } = runFigures(run.summary, run.series.timeline);
  for (const { key, unit } of LISTED) {
    const value = values[key] ?? null;
    if (value === null) continue;
    const figure = `${metric(key)}${unit === 'ms' ? q.duration(value) : q.rate(value)}`;
    assert.ok(words.includes(figure), `${figure} in ${words}`);
  }
  assert.ok(words.includes(`requests${q.whole(run.summary.requests)}`), words);

  const killed = replay('ill-fated', '60s');
  await eventually(async () => (await state('ill-fated')) === 'running');
  await recorder.ended;
  await eventually(async () => (await state('recording of')) === 'ended', 3_000);
  const first = await countOf('ill-fated', page);
  await eventually(async () => (await countOf('ill-fated', page)) > first);
  killed.child.kill('SIGKILL');
  await killed.ended;
  await eventually(async () => (await state('ill-fated')) === 'killed', 3_000);
  assert.deepEqual(said, []);
  await close();
  await simulator.close();
});
