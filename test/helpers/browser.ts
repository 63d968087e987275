import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where Debian puts it; another place is named by CHROMIUM. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why tests with a browser are skipped, or false where there is one. */
export const NO_BROWSER: string | false = existsSync(CHROMIUM)
  ? false
  : `there is no ${CHROMIUM}: apt-get install chromium, or name another one in CHROMIUM`;

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where a page is opened unless a test says otherwise, pixels. */
const DESK = { width: 1280, height: 720 };

/** A page that a browser shows, with everything that it said and asked for. */
export interface OpenedPage {
  readonly page: Page;
  /** Console messages, errors and dialogs. */
  readonly said: readonly string[];
  /** Addresses that it asked for beside its own file and data inside it. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

let browser: Browser | null = null;
// Registered when the test file imports this, so that it belongs to the file and not to its first test.
after(() => browser?.close());

/** One tab for all pages, since to start one takes as long as to look at a page; what it shows now. */
let tab: Page | null = null;
let shown: { readonly said: string[]; readonly asked: string[]; mayAsk(address: string): boolean };

/** Opens a file in a headless browser, closed when the test file's tests are over. */
export function openFile(file: string, viewport = DESK): Promise<OpenedPage> {
  const url = pathToFileURL(file);
  return openAddress(url, viewport, (asked) => asked === url.href);
}

/** Opens a page of a server, which may ask for other pages of it. */
export function openPage(url: URL, viewport = DESK): Promise<OpenedPage> {
  return openAddress(url, viewport, (asked) => new URL(asked).origin === url.origin);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Rows of a table are made alike: the first four and the last stand for all of them, which take axe three times as long. */
const WITHOUT_REPETITION = `document.querySelectorAll('tbody tr:nth-child(n+5):not(:last-child)').forEach((row) => row.remove())`;

/**
 * Accessibility defects that axe finds on a page, with their elements. Takes repeated rows of tables off the page: look at the
 * whole before.
 * @param look `colours`: only the rules that another colour scheme can break, for the second look at a page
 */
export async function complaints(page: Page, look: 'all' | 'colours'): Promise<readonly string[]> {
  // A page may forbid scripts; the browser's own tools may add one.
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(AXE);
  await page.evaluate(WITHOUT_REPETITION);
  const rules = look === 'all' ? {} : { runOnly: ['color-contrast'] };
  const options = JSON.stringify({ resultTypes: ['violations'], ...rules });
  const { violations } = (await page.evaluate(`axe.run(${options})`)) as AxeResults;
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).slice(0, 3)}`,
  );
}

async function openAddress(
  url: URL,
  viewport: { readonly width: number; readonly height: number },
  mayAsk: (address: string) => boolean,
): Promise<OpenedPage> {
  const page = tab ?? (await openTab());
  await page.setViewportSize(viewport);
  // Paper is what `pdf` prints unless a medium is given.
  await page.emulateMedia({ colorScheme: 'light', media: null });
  await page.mouse.move(0, 0);
  const [said, asked]: [string[], string[]] = [[], []];
  shown = { said, asked, mayAsk };
  await page.goto(url.href);
  return { page, said, asked, close: async () => void (await page.goto('about:blank')) };
}

async function openTab(): Promise<Page> {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  tab = await browser.newPage();
  tab.on('console', (message) => shown.said.push(message.text()));
  tab.on('pageerror', (error) => shown.said.push(error.message));
  tab.on('dialog', (dialog) => {
    shown.said.push(dialog.message());
    void dialog.dismiss();
  });
  tab.on('request', (request) => {
    const address = request.url();
    if (!/^(data|about):/.test(address) && !shown.mayAsk(address)) shown.asked.push(address);
  });
  return tab;
}
