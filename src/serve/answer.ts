import { htmlPage } from '../report/html/html-page.ts';
import { jsonText } from '../report/json.ts';
import type { Language } from '../report/messages/languages.ts';
import { el, text } from '../report/plot/markup.ts';
import { type Address, ALL_RUNS, addressOf, type Place } from './address.ts';
import { frameOf, wordsOf } from './frame.ts';
import { link } from './listing.ts';
import { comparePage } from './pages/compare-page.ts';
import { barePage, type Content } from './pages/content.ts';
import { homePage } from './pages/home-page.ts';
import { livePage } from './pages/live-page.ts';
import { reportPage, tapePage } from './pages/report-pages.ts';
import { exchangePage, requestPage } from './pages/request-page.ts';
import { exchangesPage, requestsPage } from './pages/rows-page.ts';
import { listRuns } from './pages/runs-list.ts';
import type { Shelf } from './shelf.ts';

/** A whole answer, before it is sent. */
export interface Answer {
  readonly status: number;
  readonly type: 'text/html' | 'application/json' | 'text/plain';
  readonly body: string;
  /** The name under which a browser saves it; absent for what is only shown. */
  readonly fileName?: string;
}

/** Pages whose file is the report's own, without anything around it. */
const REPORTS: readonly Place['kind'][] = ['traffic', 'report'];

/**
 * Answers an address.
 * @throws UserError (as a rejection) for what cannot be read
 */
export async function answer(address: Address, shelf: Shelf): Promise<Answer> {
  const { place, form, language } = address;
  const content = await contentOf(place, shelf, language);
  if (form === 'json') return { status: 200, type: 'application/json', body: jsonText(content.json) };
  const { page, command, more } = content;
  const bare = form === 'file' && REPORTS.includes(place.kind);
  const body = htmlPage(page, bare ? null : frameOf({ address, command, more }));
  const file = form === 'file' ? { fileName: `reprise-${place.kind}.html` } : {};
  return { status: 200, type: 'text/html', body, ...file };
}

async function contentOf(place: Place, shelf: Shelf, language: Language): Promise<Content> {
  const { toolVersion } = shelf;
  switch (place.kind) {
    case 'home': {
      const tapes = await shelf.tapes();
      const runs = listRuns(tapes, shelf.figuresOf, place.query);
      return homePage({ given: shelf.given, toolVersion, tapes, runs, query: place.query }, language);
    }
    case 'live':
    case 'events':
      return livePage(await shelf.live(), toolVersion, language);
    case 'compare':
      return comparePage(
        place.sides.length < 2 ? { sides: [], against: [] } : await shelf.compare(place.sides),
        toolVersion,
        language,
      );
    case 'traffic':
      return tapePage(await shelf.traffic(place.tape), language);
    case 'exchanges':
      return exchangesPage(
        { place, listed: await shelf.exchanges(place.tape, place.query), toolVersion },
        language,
      );
    case 'exchange':
      return exchangePage(await shelf.exchange(place.tape, place.id), { ...place, toolVersion }, language);
    case 'report':
      return reportPage(await shelf.report(place.side), place.side, language);
    case 'requests': {
      const listed = await shelf.requests(place.tape, place.runs, place.query);
      return requestsPage({ place, listed, toolVersion }, language);
    }
    case 'request': {
      const detail = await shelf.request(place.tape, place.run, place.seq);
      return requestPage(detail, { ...place, toolVersion }, language);
    }
  }
}

/** A page that says why there is nothing to see. */
export function problemAnswer(
  status: number,
  problem: string,
  { address, toolVersion }: { readonly address: Address | null; readonly toolVersion: string },
): Answer {
  const language = address?.language ?? 'en';
  if (address?.form === 'json') {
    return { status, type: 'application/json', body: jsonText({ problem }) };
  }
  const w = wordsOf(language);
  const home: Place = { kind: 'home', query: ALL_RUNS };
  const page = barePage({ language, toolVersion }, address === null ? w.notFound : w.cannotShow, [problem]);
  const frame = frameOf({
    address: { place: home, form: 'page', language },
    command: null,
    more: el('p', {}, link(addressOf(home, language), w.toHome), text('.')),
  });
  return { status, type: 'text/html', body: htmlPage(page, frame) };
}
