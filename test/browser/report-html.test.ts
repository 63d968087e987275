import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { gatherTraffic } from '../../src/cli/report/gather-traffic.ts';
import { comparisonPage, sessionPage } from '../../src/report/comparison/session-page.ts';
import { htmlPage } from '../../src/report/html/html-page.ts';
import { peakPage } from '../../src/report/peak/peak-page.ts';
import { runsPage } from '../../src/report/runs-page.ts';
import { trafficPage } from '../../src/report/traffic-page.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { complaints, NO_BROWSER, openFile } from '../helpers/browser.ts';
import {
  type CellShape,
  comparedReport,
  matrixReport,
  matrixRuns,
  reportedRun,
  sampleReport,
} from '../helpers/sample-matrix.ts';
import { samplePeak } from '../helpers/sample-peak.ts';
import { sampleSession } from '../helpers/sample-session.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

function write(name: string, page: Parameters<typeof htmlPage>[0]): string {
  const file = join(folder, `${name}.html`);
  writeFileSync(file, htmlPage(page));
  return file;
}

const SMALL = [
  { cell: { threads: 1, connections: 2 }, meanSec: 0.2, stdevSec: 0.01 },
  { cell: { threads: 4, connections: 32 }, meanSec: 0.8, stdevSec: 0.1 },
  { cell: { threads: 1, connections: 4, ratePerSec: 3.2 }, meanSec: 0.3, stdevSec: 0.05 },
  { cell: { threads: 1, connections: 8, ratePerSec: 6 }, meanSec: 0.4, stdevSec: 0.05 },
];

/** Two labels, closed and open loops, streamed, with failures: every plot that there is. */
function everything(): string {
  const small = { windowSec: 3, streamed: true, shapes: SMALL };
  const before = matrixRuns({ ...small, repeats: 2 });
  const after = matrixRuns({ ...small, label: 'after', firstId: 21 });
  const runs = [...before, ...after].map(({ run, results }) =>
    reportedRun(
      run,
      results.map((one, i) =>
        i % 40 === 7 ? { ...one, result: { ...one.result, outcome: 'timeout' as const } } : one,
      ),
    ),
  );
  return write('everything', runsPage(sampleReport(runs), 'en'));
}

/** Four loads, three runs of each of two labels, the second slower at the last load: what the demo makes. */
const DEMO: readonly CellShape[] = [
  { cell: { threads: 10, connections: 20 }, meanSec: 0.27, stdevSec: 0.08 },
  { cell: { threads: 10, connections: 100 }, meanSec: 0.33, stdevSec: 0.1 },
  { cell: { threads: 100, connections: 100 }, meanSec: 0.33, stdevSec: 0.1 },
  { cell: { threads: 100, connections: 200 }, meanSec: 0.47, stdevSec: 0.15 },
];
const COMPARED = comparedReport(
  { windowSec: 1.5, streamed: true, repeats: 3, shapes: DEMO },
  { shapes: DEMO.map((shape, i) => (i === 3 ? { ...shape, meanSec: 0.9 } : shape)) },
);
function beforeAndAfter(language: 'en' | 'zh'): string {
  return write(`compared-${language}`, runsPage(COMPARED, language));
}

function traffic(): string {
  const tape = openTape(SAMPLE_TAPE);
  try {
    return write('traffic', trafficPage(gatherTraffic(tape, 'recordings/sample.sqlite'), 'zh'));
  } finally {
    tape.close();
  }
}

/** What the browser shows of a page. */
interface Look {
  readonly overflow: number;
  readonly figures: readonly {
    readonly id: string;
    /** Marks of each drawing that have a size and lie within it. */
    readonly drawings: readonly number[];
    readonly folded: number;
    readonly rows: number;
  }[];
  /** Words of drawings that are smaller than 12 px, are cut off, or lie over each other. */
  readonly unreadable: readonly string[];
  /** Tables that scroll, but whose first column goes out of sight, or whose cut edge does not show. */
  readonly lost: readonly string[];
}

/** Runs in the browser, with everything open. */
const LOOK = `(() => {
  for (const folded of document.querySelectorAll('details.folded')) folded.open = true;
  const unreadable = [];
  for (const svg of document.querySelectorAll('svg.drawing')) {
    const frame = svg.getBoundingClientRect();
    const scale = frame.width / svg.viewBox.baseVal.width;
    const words = [...svg.querySelectorAll('text')].map((text) => ({ text: text.textContent, box: text.getBoundingClientRect(), size: parseFloat(getComputedStyle(text).fontSize) * scale }));
    const where = svg.closest('figure').id + ': ';
    for (const [i, { text, box, size }] of words.entries()) {
      if (size < 11.9) unreadable.push(where + text + ' is ' + size.toFixed(1) + ' px');
      if (box.left < frame.left - 2 || box.right > frame.right + 2 || box.bottom > frame.bottom + 2 || box.top < frame.top - 2) unreadable.push(where + text + ' is cut off by ' + [frame.left - box.left, box.right - frame.right, box.bottom - frame.bottom, frame.top - box.top].map(Math.round));
      for (const other of words.slice(i + 1)) {
        const [w, h] = [Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left), Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top)];
        if (w > 2 && h > 4) unreadable.push(where + text + ' lies over ' + other.text);
      }
    }
  }
  const lost = [];
  for (const scroll of document.querySelectorAll('.scroll')) {
    if (scroll.scrollWidth <= scroll.clientWidth + 1) continue;
    scroll.scrollLeft = scroll.scrollWidth;
    const [edge, first] = [scroll, scroll.querySelector('tbody th')].map((one) => one.getBoundingClientRect().left);
    // They are cards on a phone.
    const isCut = scroll.querySelector('.changes') !== null;
    if (isCut || first < edge - 1 || !getComputedStyle(scroll).backgroundImage.includes('gradient')) lost.push(scroll.ariaLabel);
    scroll.scrollLeft = 0;
  }
  for (const { textContent, clientWidth } of document.querySelectorAll('.changes .word')) if (clientWidth < 80) lost.push(textContent);
  return {
  overflow: document.documentElement.scrollWidth,
  unreadable,
  lost,
  figures: [...document.querySelectorAll('figure')].map((figure) => ({
    id: figure.id,
    drawings: [...figure.querySelectorAll('svg.drawing')].map((svg) => {
      const frame = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('.mark')].filter((mark) => {
        const box = mark.getBoundingClientRect();
        const inside = box.left >= frame.left - 6 && box.right <= frame.right + 6;
        return inside && box.width + box.height > 0;
      }).length;
    }),
    folded: figure.querySelectorAll('details').length,
    rows: figure.querySelectorAll('tbody tr').length,
  })),
  };
})()`;

/** Every page that is made, and of what is looked at beside what all of them must hold. */
const PAGES: readonly {
  readonly name: string;
  readonly make: () => string | Promise<string>;
  /** It begins with a verdict, and is as long as the demo's report. */
  readonly decides?: boolean;
}[] = [
  { name: 'every plot', make: everything },
  { name: 'before and after', make: () => beforeAndAfter('en'), decides: true },
  { name: 'before and after in Chinese', make: () => beforeAndAfter('zh'), decides: true },
  {
    name: 'the reference case in Chinese',
    make: () => write('reference', runsPage(matrixReport({ windowSec: 20 }), 'zh')),
  },
  { name: 'recorded traffic in Chinese', make: traffic },
  {
    name: 'a session of pairs in Chinese',
    make: () => write('session', sessionPage(sampleSession(), '0.1.0', 'zh')),
  },
  {
    name: 'a peak search of two servers',
    make: async () => write('peak', peakPage(await samplePeak(2), '0.1.0', 'en')),
  },
  { name: 'no run', make: () => write('none', runsPage(sampleReport([]), 'en')) },
];

/** Where a page is opened, and looked at last. */
const DESK = { width: 1280, height: 800, colorScheme: 'light', media: 'screen' } as const;

/** Each width in both schemes of colours, and paper: the page is loaded once and looked at again. */
const LOOKS = [
  { width: 390, height: 740, colorScheme: 'dark', media: 'screen' },
  { width: 768, height: 1024, colorScheme: 'light', media: 'screen' },
  { width: 1920, height: 1080, colorScheme: 'dark', media: 'screen' },
  { width: 794, height: 1123, colorScheme: 'dark', media: 'print' },
  DESK,
] as const;

for (const { name, make, decides = false } of PAGES) {
  test(`${name}: drawn, silent, self-contained, readable at every width and on paper, and accessible`, {
    skip: NO_BROWSER,
  }, async () => {
    const { page, said, asked, close } = await openFile(await make(), DESK);
    if (decides) await firstScreenDecides(page);
    for (const { width, height, ...look } of LOOKS) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia(look);
      const seen = (await page.evaluate(LOOK)) as Look;
      const at = `${width} px, ${look.colorScheme}, ${look.media}`;
      assert.ok(seen.overflow <= width, `${at}: ${seen.overflow} px wide`);
      // Paper has drawings in four columns, whose words are as small as its notes.
      if (look.media === 'screen') assert.deepEqual([at, seen.unreadable, seen.lost], [at, [], []]);
      for (const { id, drawings, folded, rows } of seen.figures) {
        assert.ok(drawings.length > 0, id);
        for (const marks of drawings) assert.ok(marks > 0, `${at}: ${id} has a drawing without marks`);
        assert.deepEqual([folded, rows > 0], [2, true], id);
      }
    }
    assert.deepEqual(await complaints(page, 'all'), []);
    // All have the same markup and the same style: one page is looked at in both schemes.
    if (name === 'every plot') {
      await page.emulateMedia({ colorScheme: 'dark' });
      assert.deepEqual(await complaints(page, 'colours'), []);
    }
    assert.deepEqual([said, asked], [[], []]);
    await close();
  });
}

/** The bottom of an element on the page, and how high it is. */
const BOX = (selector: string): string =>
  `[...document.querySelectorAll('${selector}')].map((one) => one.getBoundingClientRect()).map(({ bottom, height }) => ({ bottom, height }))`;

interface Box {
  readonly bottom: number;
  readonly height: number;
}

/** At 1,280 × 800: the first screen decides, the whole is nine screens and six sheets, and every part has an address. */
async function firstScreenDecides(page: Page): Promise<void> {
  const boxes = async (selector: string) => (await page.evaluate(BOX(selector))) as readonly Box[];
  for (const part of ['.band', '.tiles', 'table.changes']) {
    const [box] = await boxes(part);
    assert.ok(box !== undefined && box.bottom <= 800, `${part} ends at ${box?.bottom}`);
  }
  const [whole] = await boxes('html');
  assert.ok((whole?.height ?? 0) <= 9 * 800, `${whole?.height} px`);
  const rows = await boxes('.findings details');
  assert.ok(rows.length > 20);
  for (const { height } of rows) assert.ok(height <= 40, `a finding of ${height} px`);
  // The bar stays, its links are all in sight, and they lead to sections, loads, runs and findings.
  await page.evaluate('scrollTo(0, 3000)');
  const bar = (await page.locator('nav').boundingBox())?.y;
  assert.equal(bar, 0);
  const cut = await page.evaluate(
    `[...document.querySelectorAll('nav ul')].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.className)`,
  );
  assert.deepEqual(cut, []);
  for (const id of ['load-100x200-before', 'run-1', 'finding-bestCell', 'environment']) {
    assert.equal(await page.locator(`#${id}`).count(), 1, id);
  }
  const pdf = await page.pdf({ format: 'A4' });
  const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  assert.ok(sheets > 0 && sheets <= 6, `${sheets} sheets`);
  // An address inside what is folded opens it.
  await page.evaluate(`location.hash = '#run-1'`);
  await page.waitForFunction(`document.querySelector('#run-1').getBoundingClientRect().height > 0`);
}

/** What ten readers ask of two sides, and the words that answer. */
function answers(
  before: string,
  after: string,
  load: string,
  repeat: string,
): Readonly<Record<string, string>> {
  return {
    'is it better': `^✕ ${after} against ${before}: worse`,
    where: `^✕ .*: worse at ${load}`,
    'by how much': `· ${load}\\s+\\+\\d+(\\.\\d)? % ✕ *[\\d.]+ m?s → [\\d.]+ m?s`,
    'how sure': 'worse\\s.*\\[\\+[\\d.]+ %, (\\+[\\d.]+ %|×[\\d.]+)\\]',
    'what changed': '^Changed on the server: (\\w+ 256 → \\d+|nothing)',
    'can I trust it': '^✓ (\\d+) of \\1 (runs|pairs) valid$',
    'what does it carry': `Carried at most: ${before} [\\d,.]+ requests/s at ${load}, ${after} [\\d,.]+`,
    'what did it cost': `^At ${load} it costs: \\S.*It gains: `,
    'what to do': `What to do: keep ${before} for loads such as ${load}`,
    'how to repeat it': `^Repeat: ${repeat}`,
  };
}

/** Where the words of each pattern end on the screen, pixels from its top; null where they are not. */
const PLACES = (patterns: readonly string[]): string =>
  `${JSON.stringify(patterns)}.map((pattern) => {
    const words = (one) => one.innerText.replaceAll('\\u00a0', ' ').replaceAll('\\n', ' ').trim();
    const places = [...document.querySelectorAll('.band > :not(ul), .band li, .tile, .changes td')]
      .filter((one) => new RegExp(pattern).test(words(one))).map((one) => one.getBoundingClientRect().bottom);
    return places.length === 0 ? null : Math.min(...places);
  })`;

test('ten questions are answered at 1,280 × 720 without scrolling: report, compare, ab', {
  skip: NO_BROWSER,
}, async () => {
  const [compared] = COMPARED.compared;
  assert.ok(compared !== undefined);
  const runs = answers('before', 'after', '100x200', 'reprise replay recordings/reference\\.sqlite ');
  const pairs = answers('baseline', 'candidate', '2x20', 'reprise ab recordings/reference\\.sqlite ');
  const session = sessionPage(
    sampleSession(),
    '0.1.0',
    'en',
    'reprise ab recordings/reference.sqlite --pairs 6',
  );
  for (const [file, asked] of [
    [beforeAndAfter('en'), runs],
    [write('compare', comparisonPage(compared, '0.1.0', 'en')), runs],
    [write('pairs', session), pairs],
  ] as const) {
    const { page, close } = await openFile(file, { width: 1280, height: 720 });
    const places = (await page.evaluate(PLACES(Object.values(asked)))) as readonly (number | null)[];
    const unanswered = Object.keys(asked).filter((_question, i) => (places[i] ?? 721) > 720);
    assert.deepEqual(unanswered, [], `${file}: ${places}`);
    await close();
  }
});

test('the pointer and the arrow keys give values; tables open; figures are saved; paper shows no tips', {
  skip: NO_BROWSER,
}, async () => {
  const { page, said, close } = await openFile(everything(), { width: 1440, height: 900 });
  const tip = page.locator('.tip');
  const drawing = page.locator('#load svg.drawing').first();
  await drawing.scrollIntoViewIfNeeded();
  const place = await drawing.locator('path.large').first().boundingBox();
  assert.ok(place !== null);
  await page.mouse.move(place.x + place.width - 4, place.y + 4);
  assert.match((await tip.textContent()) ?? '', /^(reference|after) 32: requests\/s \d/);
  await page.mouse.move(2, 2);
  assert.equal(await tip.isVisible(), false);

  await drawing.focus();
  await page.keyboard.press('ArrowRight');
  assert.match((await tip.textContent()) ?? '', /^(reference|after) 2: requests\/s \d/);
  await page.keyboard.press('Escape');
  assert.equal(await tip.isVisible(), false);

  const table = page.locator('#e2el table');
  assert.equal(await table.isVisible(), false);
  await page.locator('#e2el summary').nth(1).click();
  assert.equal(await table.isVisible(), true);

  const saved = async (name: string): Promise<string> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('#load .tools button', { hasText: name }).click(),
    ]);
    return readFileSync(await download.path(), 'utf8');
  };
  const [svg, csv] = [await saved('SVG'), await saved('CSV')];
  assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[\s\S]*stroke="rgb\([\s\S]*<\/svg>$/);
  assert.match(csv, /^conns,requests\/s,mean E2EL,runs,requests\nreference 2,/);

  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('nav').isVisible(), false);
  assert.equal(await page.locator('#load svg.drawing').first().isVisible(), true);
  // Paper cannot open anything: what is warned of is printed with its evidence.
  const evidence = page.locator('.findings details.warning[open]');
  assert.equal(await evidence.count(), 0);
  await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
  assert.ok((await evidence.count()) > 0);
  assert.deepEqual(said, []);
  await close();
});
