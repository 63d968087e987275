/**
 * Makes docs/img anew from a tape with runs of two labels, such as `reprise demo` leaves; pages of `reprise serve` too.
 *
 *   reprise demo --out /tmp/demo.sqlite && node test/bench/report-pictures.ts /tmp/demo.sqlite
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { openShelf } from '../../src/cli/serve/open-shelf.ts';
import { startWebServer } from '../../src/serve/start-web-server.ts';
import { quickSimulator } from '../helpers/quick-simulator.ts';
import { runCli, startCli } from '../helpers/run-cli.ts';

const IMAGES = fileURLToPath(new URL('../../docs/img/', import.meta.url));
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** The tape's name as the report shows it. */
const TAPE = 'recordings/demo.sqlite';

const [tape = 'recordings/demo.sqlite'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'reprise-pictures-'));
mkdirSync(join(folder, 'recordings'));
copyFileSync(tape, join(folder, TAPE));
const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--headless', '--no-sandbox'] });

/** Opens a report at a width and scheme. */
async function open(
  args: readonly string[],
  width: number,
  height: number,
  colorScheme: 'light' | 'dark',
): Promise<Page> {
  const out = join(folder, 'report.html');
  const { code, stderr } = await runCli(
    ['report', TAPE, '--format', 'html', '--out', out, '--force', ...args],
    {
      cwd: folder,
    },
  );
  if (code !== 0) throw new Error(stderr);
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(`file://${out}`);
  return page;
}

/** Pages of the server, the last while a replay is going on. */
async function servedPictures(): Promise<void> {
  const onDefect = (error: unknown): never => {
    throw error;
  };
  process.chdir(folder);
  const shelf = openShelf({ given: ['recordings'], showsBodies: false, onDefect });
  const options = { host: '127.0.0.1', port: 0, hostname: '', token: null, shelf, onDefect };
  const server = await startWebServer(options);
  const show = async (path: string): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, colorScheme: 'light' });
    await page.goto(new URL(path, server.url).href);
    return page;
  };
  // Figures are computed while the first page is shown.
  await show('/');
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await picture(await show('/'), 'serve.png', 'h1', 760);
  const sides = 'side=demo.sqlite/before&side=demo.sqlite/after';
  await picture(await show(`/compare?${sides}`), 'serve-compare.png', 'h1', 860);
  const simulator = await quickSimulator({ timeScale: 20 });
  const replay = startCli([
    ...['replay', join(folder, TAPE), '--target', simulator.url.origin, '--matrix', '2x8'],
    ...['--duration', '12s', '--label', 'tonight'],
  ]);
  await new Promise((resolve) => setTimeout(resolve, 9_000));
  await picture(await show('/live'), 'serve-live.png', 'h1', 400);
  replay.interrupt();
  await replay.ended;
  await simulator.close();
  await server.close();
  await shelf.close();
}

async function picture(page: Page, name: string, from: string, height: number): Promise<void> {
  const top = (await page.locator(from).first().boundingBox())?.y ?? 0;
  const width = page.viewportSize()?.width ?? 0;
  await page.screenshot({
    path: join(IMAGES, name),
    fullPage: true,
    clip: { x: 0, y: Math.max(0, top - 16), width, height },
  });
  await page.close();
}

try {
  await picture(await open([], 1280, 900, 'light'), 'report.png', 'nav', 1060);
  await picture(await open([], 1280, 900, 'light'), 'report-plots.png', '#plots', 1180);
  await picture(await open(['--lang', 'zh'], 390, 800, 'dark'), 'report-phone.png', 'nav', 1100);
  await picture(await open(['--traffic'], 1280, 900, 'light'), 'traffic.png', 'nav', 1200);
  await servedPictures();
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
