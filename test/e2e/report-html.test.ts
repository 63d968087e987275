import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AxeResults } from 'axe-core';
import { gatherTraffic } from '../../src/cli/report/gather-traffic.ts';
import { sessionPage } from '../../src/report/comparison/session-page.ts';
import { htmlPage } from '../../src/report/html/html-page.ts';
import { peakPage } from '../../src/report/peak/peak-page.ts';
import { runsPage } from '../../src/report/runs-page.ts';
import { trafficPage } from '../../src/report/traffic-page.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { NO_BROWSER, type OpenedPage, openFile } from '../helpers/browser.ts';
import { matrixReport, matrixRuns, reportedRun, sampleReport } from '../helpers/sample-matrix.ts';
import { samplePeak } from '../helpers/sample-peak.ts';
import { sampleSession } from '../helpers/sample-session.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

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
}

/** Runs in the browser. */
const LOOK = `({
  overflow: document.documentElement.scrollWidth,
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
})`;

const PAGES = {
  'every plot': everything,
  'the reference case in Chinese': () => write('reference', runsPage(matrixReport({ windowSec: 20 }), 'zh')),
  'recorded traffic in Chinese': traffic,
  'a session of pairs in Chinese': () => write('session', sessionPage(sampleSession(), '0.1.0', 'zh')),
  'a peak search of two servers': async () => write('peak', peakPage(await samplePeak(2), '0.1.0', 'en')),
  'no run': () => write('none', runsPage(sampleReport([]), 'en')),
} as const;

const SCREENS = [
  { viewport: { width: 360, height: 740 }, colorScheme: 'dark' as const },
  { viewport: { width: 1440, height: 900 }, colorScheme: 'light' as const },
] as const;

/** What axe finds wrong with a page, with the elements; in a second look only what a scheme of colours can change. */
async function complaints(page: OpenedPage['page'], look: 'all' | 'colours'): Promise<readonly string[]> {
  const rules = look === 'all' ? {} : { runOnly: ['color-contrast'] };
  const options = JSON.stringify({ resultTypes: ['violations'], ...rules });
  const { violations } = (await page.evaluate(`axe.run(${options})`)) as AxeResults;
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).slice(0, 3)}`,
  );
}

for (const [name, make] of Object.entries(PAGES)) {
  test(`${name}: drawn, silent, self-contained, within its width, and accessible`, {
    skip: NO_BROWSER,
  }, async () => {
    const file = await make();
    const { page, said, asked, close } = await openFile(file, SCREENS[0]);
    await page.evaluate(AXE);
    for (const { viewport, colorScheme } of SCREENS) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      const { width } = viewport;
      const seen = (await page.evaluate(LOOK)) as Look;
      assert.ok(seen.overflow <= width, `${seen.overflow} px wide on ${width}`);
      for (const { id, drawings, folded, rows } of seen.figures) {
        assert.ok(drawings.length > 0, id);
        for (const marks of drawings) assert.ok(marks > 0, `${id} has a drawing without marks`);
        assert.deepEqual([folded, rows > 0], [2, true], id);
      }
      // Both schemes have the same markup and the same style: one page is looked at in both.
      if (colorScheme === 'light') assert.deepEqual(await complaints(page, 'all'), []);
      else if (name === 'every plot') assert.deepEqual(await complaints(page, 'colours'), []);
      assert.deepEqual([said, asked], [[], []]);
    }
    await close();
  });
}

test('the pointer and the arrow keys give values; tables open; paper shows no tips', {
  skip: NO_BROWSER,
}, async () => {
  const { page, said, close } = await openFile(everything(), { viewport: { width: 1440, height: 900 } });
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

  const table = page.locator('#e2el-1 table');
  assert.equal(await table.isVisible(), false);
  await page.locator('#e2el-1 summary').nth(1).click();
  assert.equal(await table.isVisible(), true);

  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('nav').isVisible(), false);
  assert.equal(await page.locator('#load svg.drawing').first().isVisible(), true);
  assert.deepEqual(said, []);
  await close();
});
