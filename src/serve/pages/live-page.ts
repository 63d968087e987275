import { cellName } from '../../model/run.ts';
import { figureCells } from '../../report/comparison/comparison-tables.ts';
import { htmlTable } from '../../report/html/figure.ts';
import type { Language } from '../../report/messages/languages.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { el, join, type Markup, text } from '../../report/plot/markup.ts';
import { ALL_ROWS, addressOf, type Place } from '../address.ts';
import { wordsOf } from '../frame.ts';
import { link, sparkline } from '../listing.ts';
import { LISTED } from '../run-figures.ts';
import type { LiveComparison, LiveRow, LiveState, LiveView } from '../shelf.ts';
import { barePage, type Content } from './content.ts';

/** What is going on, as it is now; a browser with scripts gets the same part again each second. */
export function livePage(view: LiveView, toolVersion: string, language: Language): Content {
  const w = wordsOf(language);
  return {
    page: barePage({ language, toolVersion }, w.liveTitle, [w.liveNote]),
    more: join([
      el('p', { id: 'lost', class: 'lost worse', role: 'status', hidden: true }, text(w.liveLost)),
      el(
        'div',
        { id: 'live', class: 'live', 'data-events': addressOf({ kind: 'events' }, language) },
        liveMarkup(view, language),
      ),
    ]),
    command: null,
    json: view,
  };
}

/** The part of the page that changes. */
export function liveMarkup({ rows, comparisons }: LiveView, language: Language): Markup {
  const w = wordsOf(language);
  if (rows.length === 0) return el('p', {}, text(w.liveNothing));
  return join([
    ...rows.map((row) => article(row, language)),
    ...comparisons.map((one) => comparisonSoFar(one, language)),
  ]);
}

/** The mark and the tone of each state; the mark never stands without its words. */
const LOOKS: Readonly<Record<LiveState, readonly [glyph: string, tone: string]>> = {
  running: ['▶', 'same'],
  ended: ['✓', 'better'],
  killed: ['✕', 'worse'],
  silent: ['?', 'open'],
};

function article(row: LiveRow, language: Language): Markup {
  const w = wordsOf(language);
  const messages = messagesOf(language);
  const { quantities: q } = messages;
  const { state, figures, elapsedMs, plannedMs, plannedRequests } = row;
  const [glyph, tone] = LOOKS[state];
  const whole = (amount: number, planned: number | null, show: (value: number) => string): string =>
    planned === null ? show(amount) : w.of(show(amount), show(planned));
  const going = state === 'running';
  const pairs: readonly (readonly [string, string])[] = [
    [w.elapsed, whole(elapsedMs, plannedMs, q.duration)],
    [w.requests, whole(figures.requests ?? 0, plannedRequests, q.whole)],
    [w.errors, q.whole(figures.errors)],
    ...(going
      ? ([
          [w.inFlight, row.inFlight === null ? '–' : String(Number(row.inFlight.toFixed(1)))],
          [w.requestsPerSec, q.rate(row.requestsPerSec)],
          [w.tokensPerSec, q.whole(row.tokensPerSec)],
        ] as const)
      : []),
    ...LISTED.filter(({ key }) => (figures.values[key] ?? null) !== null).map((metric) => {
      const value = figures.values[metric.key] ?? null;
      return [messages.metric(metric.key), metric.unit === 'ms' ? q.duration(value) : q.rate(value)] as const;
    }),
  ];
  const share = shareDone(row);
  return el(
    'article',
    { class: tone, 'data-state': state },
    el(
      'h3',
      {},
      link(addressOf(placeOf(row), language), titleOf(row, language)),
      el('span', { class: 'told' }, text(`${glyph} ${w.states[state]}`)),
      el('span', { class: 'caption' }, text(row.tape)),
    ),
    share === null || !going
      ? text('')
      : el('progress', { max: 1000, value: Math.round(1000 * share), 'aria-label': w.elapsed }),
    el(
      'dl',
      { class: 'figures' },
      ...pairs.map(([name, value]) => el('div', {}, el('dt', {}, text(name)), el('dd', {}, text(value)))),
    ),
    sparkline(figures.spark, true),
  );
}

function shareDone({ elapsedMs, plannedMs, figures, plannedRequests }: LiveRow): number | null {
  if (plannedMs !== null) return Math.min(1, elapsedMs / plannedMs);
  return plannedRequests === null ? null : Math.min(1, (figures.requests ?? 0) / plannedRequests);
}

function placeOf({ kind, tape, id, state }: LiveRow): Place {
  if (kind === 'capture') return { kind: 'exchanges', tape, query: ALL_ROWS };
  return state === 'running'
    ? { kind: 'requests', tape, run: id, query: ALL_ROWS }
    : { kind: 'report', side: { tape, runs: String(id) } };
}

function titleOf({ kind, id, name, cell }: LiveRow, language: Language): string {
  const w = wordsOf(language);
  return kind === 'capture' || cell === null ? w.recording(name) : w.runOf(String(id), name, cellName(cell));
}

function comparisonSoFar({ tape, comparison }: LiveComparison, language: Language): Markup {
  const w = wordsOf(language);
  const messages = messagesOf(language);
  const { comparison: words, quantities: q } = messages;
  const { before, after } = comparison;
  const sides = [before, after].map((runs) => ({ tape, runs }));
  const header = [words.metric, before, after, words.change, words.interval(q.short(0.95))];
  return el(
    'article',
    { class: 'same' },
    el(
      'h3',
      {},
      link(addressOf({ kind: 'compare', sides }, language), `${w.soFar}: ${w.against(after, before)}`),
      el('span', { class: 'caption' }, text(tape)),
    ),
    el('p', {}, text(w.soFarNote)),
    ...comparison.cells.map(({ cell, metrics }) =>
      htmlTable({
        caption: cellName(cell),
        header,
        rows: Object.values(metrics)
          .filter(({ gating }) => gating)
          .map((metric) => figureCells(metric, messages)),
      }),
    ),
  );
}
