import type { Exchange } from '../../model/exchange.ts';
import { OUTCOMES } from '../../model/outcome.ts';
import type { Result } from '../../model/result.ts';
import type { Language } from '../../report/messages/languages.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { el, join, text } from '../../report/plot/markup.ts';
import { NONE } from '../../report/quantities.ts';
import { addressOf, type Place } from '../address.ts';
import { wordsOf } from '../frame.ts';
import { type Column, type Field, filterForm, link, listTable, pager, section } from '../listing.ts';
import { type Listed, PAGE_ROWS } from '../shelf.ts';
import { barePage, type Content } from './content.ts';

/** A place that lists rows. */
type ListPlace<Kind extends 'exchanges' | 'requests' = 'exchanges' | 'requests'> = Extract<
  Place,
  { readonly kind: Kind }
>;

interface ListPage<Row, P extends ListPlace = ListPlace> {
  readonly toolVersion: string;
  readonly place: P;
  readonly listed: Listed<Row>;
}

/** The recorded exchanges of a tape. */
export function exchangesPage(
  { place, listed, toolVersion }: ListPage<Exchange, ListPlace<'exchanges'>>,
  language: Language,
): Content {
  const { tape } = place;
  const w = wordsOf(language);
  const { quantities: q } = messagesOf(language);
  const columns: readonly Column<Exchange>[] = [
    {
      head: text(w.id),
      word: true,
      cell: ({ id }) => link(addressOf({ kind: 'exchange', tape, id }, language), String(id)),
    },
    { head: text(w.arrived), cell: ({ arrivedUs }) => text(q.duration(arrivedUs / 1e3)) },
    { head: text(w.path), word: true, cell: ({ path }) => text(path) },
    { head: text(w.model), word: true, cell: ({ model }) => text(model ?? NONE) },
    ...answerColumns<Exchange>(({ arrivedUs }) => arrivedUs, language),
  ];
  const kept = [['tape', tape]] as const;
  return listContent({ toolVersion, place, listed, columns, kept, title: w.exchangesOf(tape) }, language);
}

/** The requests of a run. */
export function requestsPage(
  { place, listed, toolVersion }: ListPage<Result, ListPlace<'requests'>>,
  language: Language,
): Content {
  const { tape, runs } = place;
  const w = wordsOf(language);
  const { quantities: q, comma } = messagesOf(language);
  const columns: readonly Column<Result>[] = [
    {
      head: text(w.position),
      word: true,
      cell: ({ runId, seq }) =>
        link(addressOf({ kind: 'request', tape, run: runId, seq }, language), String(seq)),
    },
    ...(runs.length < 2
      ? []
      : [{ head: text(w.run), cell: ({ runId }: Result) => text(String(runId)) } as const]),
    { head: text(w.sent), cell: ({ sentUs }) => text(q.duration(sentUs === null ? null : sentUs / 1e3)) },
    ...answerColumns<Result>(({ sentUs }) => sentUs, language),
  ];
  const kept = [
    ['tape', tape],
    ['run', runs.join()],
  ] as const;
  return listContent(
    { toolVersion, place, listed, columns, kept, title: w.requestsOf(runs.join(comma), tape) },
    language,
  );
}

type Answer = Pick<
  Result,
  'outcome' | 'status' | 'firstTokenUs' | 'finishReason' | 'promptTokens' | 'completionTokens' | 'error'
> & { readonly finishedUs: number | null };

/** How an answer came. @param begun the instant that times count from */
function answerColumns<Row extends Answer>(
  begun: (row: Row) => number | null,
  language: Language,
): readonly Column<Row>[] {
  const w = wordsOf(language);
  const { quantities: q } = messagesOf(language);
  const since = (row: Row, us: number | null): string => {
    const from = begun(row);
    return q.duration(us === null || from === null ? null : (us - from) / 1e3);
  };
  return [
    { head: text(w.outcome), word: true, cell: ({ outcome }) => text(outcome) },
    { head: text(w.status), cell: ({ status }) => text(status === null ? NONE : String(status)) },
    { head: text(w.instants.firstToken), cell: (row) => text(since(row, row.firstTokenUs)) },
    { head: text(w.instants.finished), cell: (row) => text(since(row, row.finishedUs)) },
    { head: text(w.prompt), cell: ({ promptTokens }) => text(q.whole(promptTokens)) },
    { head: text(w.completion), cell: ({ completionTokens }) => text(q.whole(completionTokens)) },
    { head: text(w.error), word: true, cell: ({ error }) => text(error ?? '') },
  ];
}

interface ListShown<Row> extends ListPage<Row> {
  readonly title: string;
  readonly columns: readonly Column<Row>[];
  /** What the form passes on. */
  readonly kept: readonly (readonly [name: string, value: string])[];
}

function listContent<Row extends object>(
  { toolVersion, place, listed, columns, kept, title }: ListShown<Row>,
  language: Language,
): Content {
  const w = wordsOf(language);
  const { quantities: q, metric } = messagesOf(language);
  const { query } = place;
  const to = (page: number): string =>
    addressOf({ ...place, query: { ...query, page } } as ListPlace, language);
  const { fromMs, toMs, within } = query;
  const span = [
    ['from', fromMs],
    ['to', toMs],
    ['by', within?.metric ?? null],
    ['least', within?.least ?? null],
    ['most', within?.most ?? null],
  ] as const;
  const passedOn = [
    ...kept,
    ...(language === 'en' ? [] : [['lang', language] as const]),
    ...span.flatMap(([name, value]) => (value === null ? [] : [[name, String(value)] as const])),
  ];
  const lead = [
    ...(fromMs === null || toMs === null ? [] : [w.between(q.given(fromMs), q.given(toMs))]),
    ...(within === null
      ? []
      : [w.within(metric(within.metric), q.duration(within.least), q.duration(within.most))]),
  ];
  return {
    page: barePage({ language, toolVersion }, title, lead),
    more: section(
      'rows',
      w.requestRows,
      filterForm(`/${place.kind}`, fields(place, language), passedOn, w),
      listed.count === 0 ? el('p', {}, text(w.noRows)) : join([listTable(title, columns, listed.rows)]),
      pager({ page: query.page, size: PAGE_ROWS, count: listed.count }, to, q.whole, w),
    ),
    command: null,
    json: listed,
  };
}

function fields({ kind, query }: ListPlace, language: Language): readonly Field[] {
  const w = wordsOf(language);
  const { outcome, model, path, status, order } = query;
  const name = (field: 'model' | 'path', value: string | null): Field => ({
    name: field,
    label: w[field],
    value: value ?? '',
    type: 'text',
  });
  return [
    {
      name: 'outcome',
      label: w.outcome,
      value: outcome ?? '',
      choices: [['', w.any], ...OUTCOMES.map((one) => [one, one] as const)],
    },
    { name: 'status', label: w.status, value: status === null ? '' : String(status), type: 'text' },
    ...(kind === 'exchanges' ? [name('model', model), name('path', path)] : []),
    {
      name: 'order',
      label: w.order,
      value: order,
      choices: [
        ['begun', w.orders.begun],
        ['longest', w.orders.longest],
      ],
    },
  ];
}
