import { MARGIN } from '../../compare/compared-metrics.ts';
import type { MetricComparison } from '../../compare/comparison.ts';
import { cellKey, cellName } from '../../model/run.ts';
import { figureCells } from '../../report/comparison/comparison-tables.ts';
import type { Language } from '../../report/messages/languages.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { el, join, type Markup, text } from '../../report/plot/markup.ts';
import { NONE } from '../../report/quantities.ts';
import { ALL_ROWS, addressOf, type Place } from '../address.ts';
import { wordsOf } from '../frame.ts';
import { link, listTable, sparkline } from '../listing.ts';
import { LISTED } from '../run-figures.ts';
import type { EstimateCourse, LiveComparison, LiveRow, LiveState, LiveView } from '../shelf.ts';
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
  const isGoing = ({ state }: LiveRow): boolean => state === 'running';
  return join([
    ...rows.filter(isGoing).map((row) => article(row, language)),
    ...comparisons.map((one) => comparisonSoFar(one, language)),
    ...rows.filter((row) => !isGoing(row)).map((row) => article(row, language)),
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
  const { state, figures, id, cell, elapsedMs, plannedMs, plannedRequests, invalidReasons } = row;
  const isInvalid = cell !== null && invalidReasons.length > 0;
  const [glyph, tone] = isInvalid ? ['✕', 'worse'] : LOOKS[state];
  const going = state === 'running';
  const whole = (amount: number, planned: number | null, show: (value: number) => string): string =>
    planned === null || !going ? show(amount) : w.of(show(amount), show(planned));
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
      return [messages.metric(metric.key), q.figure(metric.unit, value)] as const;
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
      el('span', { class: 'told' }, text(`${glyph} ${isInvalid ? w.endedInvalid : w.states[state]}`)),
      el('span', { class: 'caption' }, text(row.tape)),
    ),
    isInvalid
      ? el('p', {}, text(messages.matrix.invalidRun(id, cellName(cell), messages.reasons(invalidReasons))))
      : text(''),
    share === null || !going
      ? text('')
      : el('progress', { max: 1000, value: Math.round(1000 * share), 'aria-label': w.elapsed }),
    el(
      'dl',
      { class: 'figures' },
      ...pairs.map(([name, value]) => el('div', {}, el('dt', {}, text(name)), el('dd', {}, text(value)))),
    ),
    ...(figures.spark.length < 2
      ? []
      : [
          el('p', { class: 'caption' }, text(w.answersOverTime(q.rate(Math.max(...figures.spark))))),
          sparkline(figures.spark, true),
        ]),
  );
}

function shareDone({ elapsedMs, plannedMs, figures, plannedRequests }: LiveRow): number | null {
  if (plannedMs !== null) return Math.min(1, elapsedMs / plannedMs);
  return plannedRequests === null ? null : Math.min(1, (figures.requests ?? 0) / plannedRequests);
}

function placeOf({ kind, tape, id, state }: LiveRow): Place {
  if (kind === 'capture') return { kind: 'exchanges', tape, query: ALL_ROWS };
  return state === 'running'
    ? { kind: 'requests', tape, runs: [id], query: ALL_ROWS }
    : { kind: 'report', side: { tape, runs: String(id) } };
}

function titleOf({ kind, id, name, cell }: LiveRow, language: Language): string {
  const w = wordsOf(language);
  return kind === 'capture' || cell === null ? w.recording(name) : w.runOf(String(id), name, cellName(cell));
}

function comparisonSoFar(
  { tape, estimate, paired, made, courses }: LiveComparison,
  language: Language,
): Markup {
  const w = wordsOf(language);
  const messages = messagesOf(language);
  const { comparison: words, quantities: q } = messages;
  const { before, after } = estimate;
  const sides = [before, after].map((runs) => ({ tape, runs }));
  const heads = [words.metric, before, after, words.change, words.interval(q.short(0.95))];
  return el(
    'article',
    { class: 'same' },
    el(
      'h3',
      {},
      link(addressOf({ kind: 'compare', sides }, language), `${w.soFar}: ${w.against(after, before)}`),
      el('span', { class: 'caption' }, text(`${tape} · ${paired ? w.pairsText(made) : w.runsText(made)}`)),
    ),
    el('p', {}, text(w.soFarNote)),
    ...estimate.cells.map(({ cell, metrics }) =>
      listTable<MetricComparison>(
        cellName(cell),
        [
          ...heads.map((head, i) => ({
            head: text(head),
            word: i === 0,
            cell: (metric: MetricComparison) => text(figureCells(metric, messages)[i] ?? ''),
          })),
          {
            head: text(w.course),
            cell: ({ key, better }) =>
              funnel(
                courses.find((one) => one.cell === cellKey(cell) && one.key === key),
                MARGIN[better],
              ),
          },
        ],
        Object.values(metrics).filter(({ gating }) => gating),
      ),
    ),
  );
}

const [FUNNEL_WIDTH, FUNNEL_HEIGHT] = [160, 32];

/** How an interval narrowed, from left to right: the line is the estimate, the grey band is of no consequence. */
function funnel(course: EstimateCourse | undefined, margin: number): Markup {
  const points = course?.points ?? [];
  if (points.length < 2) return text(NONE);
  const log = ({ ratio, low, high }: (typeof points)[number]) => [ratio, low, high].map(Math.log);
  const reach = Math.max(1.5 * margin, ...points.flatMap(log).map(Math.abs));
  const y = (value: number): string => ((FUNNEL_HEIGHT / 2) * (1 - (0.95 * value) / reach)).toFixed(1);
  const x = (i: number): string => ((i * FUNNEL_WIDTH) / (points.length - 1)).toFixed(1);
  const line = (of: 0 | 1 | 2): readonly string[] =>
    points.map((point, i) => `${x(i)} ${y(log(point)[of] ?? 0)}`);
  const band = Math.log1p(margin);
  return el(
    'svg',
    {
      class: 'funnel',
      viewBox: `0 0 ${FUNNEL_WIDTH} ${FUNNEL_HEIGHT}`,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    el('path', { class: 'none', d: `M0 ${y(band)}H${FUNNEL_WIDTH}V${y(-band)}H0z` }),
    el('path', { class: 'interval', d: `M${line(1).join('L')}L${line(2).toReversed().join('L')}z` }),
    el('path', { class: 'estimate', d: `M${line(0).join('L')}`, 'vector-effect': 'non-scaling-stroke' }),
  );
}
