import { cellName } from '../../model/run.ts';
import { instant } from '../../report/environment-facts.ts';
import type { Language } from '../../report/messages/languages.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { el, join, type Markup, text } from '../../report/plot/markup.ts';
import { NONE } from '../../report/quantities.ts';
import { ALL_ROWS, ALL_RUNS, addressOf, RUN_FILTERS, type RunsQuery, writeSide } from '../address.ts';
import { wordsOf } from '../frame.ts';
import { type Column, filterForm, link, listTable, pager, section, sparkline } from '../listing.ts';
import { LISTED } from '../run-figures.ts';
import { PAGE_ROWS, type TapeRow } from '../shelf.ts';
import { barePage, type Content, commandOf } from './content.ts';
import { type ListedRun, orderedBy, type RunsList } from './runs-list.ts';

export interface Home {
  readonly given: readonly string[];
  readonly toolVersion: string;
  readonly tapes: readonly TapeRow[];
  readonly runs: RunsList;
  readonly query: RunsQuery;
}

/** Tapes that are listed before the rest is folded away. */
const FIRST_TAPES = 8;

/** Every tape and every run. */
export function homePage(home: Home, language: Language): Content {
  const { given, tapes, runs, query } = home;
  const w = wordsOf(language);
  const total = tapes.reduce((sum, { contents }) => sum + (contents?.runs.length ?? 0), 0);
  const unread = tapes.filter(({ contents, problem }) => contents === null && problem === null).length;
  const lead = [
    w.homeLead(tapes.length, total, given.join(' ')),
    ...(unread === 0 ? [] : [w.reading(unread)]),
    ...(runs.measuring === 0 ? [] : [w.measuring(runs.measuring)]),
  ];
  return {
    page: barePage({ ...home, language }, w.home, lead),
    more: join([
      ...(unread + runs.measuring === 0 ? [] : [el('div', { 'data-pending': true })]),
      tapesSection(tapes, query, language),
      runsSection(runs, query, language),
    ]),
    command: commandOf('serve', ...given),
    json: {
      tapes: tapes.map(({ contents, ...tape }) => ({
        ...tape,
        exchanges: contents?.exchanges ?? null,
        captures: contents?.captures ?? null,
        runs: contents?.runs.length ?? null,
      })),
      runs: { ...runs, rows: runs.rows.map(({ tape, run, figures }) => ({ tape, ...run, figures })) },
    },
  };
}

function tapesSection(all: readonly TapeRow[], { texts }: RunsQuery, language: Language): Markup {
  const w = wordsOf(language);
  const { quantities: q } = messagesOf(language);
  const wanted = texts.tape?.toLowerCase() ?? '';
  const tapes = all
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .toSorted((a, b) => b.changedMs - a.changedMs);
  const columns: readonly Column<TapeRow>[] = [
    {
      head: text(w.tape),
      word: true,
      cell: ({ name, problem }) =>
        problem === null ? link(addressOf({ kind: 'traffic', tape: name }, language), name) : text(name),
    },
    { head: text(w.state), word: true, cell: (tape) => tapeState(tape, language) },
    { head: text(w.lastUse), cell: ({ changedMs }) => text(when(changedMs)) },
    { head: text(w.size), cell: ({ bytes }) => text(q.bytes(bytes)) },
    { head: text(w.recorded), cell: (tape) => text(recorded(tape)) },
    {
      head: text(w.exchanges),
      cell: ({ name, contents }) =>
        contents === null
          ? text(NONE)
          : link(
              addressOf({ kind: 'exchanges', tape: name, query: ALL_ROWS }, language),
              q.whole(contents.exchanges),
            ),
    },
    { head: text(w.captures), cell: ({ contents }) => text(q.whole(contents?.captures.length ?? null)) },
    { head: text(w.runsOfTape), cell: (tape) => runsCell(tape, language) },
  ];
  const first = listTable(w.tapes, columns, tapes.slice(0, FIRST_TAPES));
  if (tapes.length <= FIRST_TAPES) return section('tapes', w.tapes, first);
  const rest = el(
    'details',
    {},
    el('summary', {}, text(w.allTapes(q.whole(tapes.length)))),
    listTable(w.allTapes(q.whole(tapes.length)), columns, tapes),
  );
  return section('tapes', w.tapes, first, rest);
}

function runsCell({ name, contents }: TapeRow, language: Language): Markup {
  const { quantities: q } = messagesOf(language);
  if (contents === null) return text(NONE);
  const query = { ...ALL_RUNS, texts: { tape: name } };
  return link(addressOf({ kind: 'home', query }, language), q.whole(contents.runs.length));
}

function tapeState({ contents, problem, isWritten }: TapeRow, language: Language): Markup {
  const w = wordsOf(language);
  if (problem !== null) return el('span', { class: 'problem worse' }, text(`✕ ${problem}`));
  return text(contents === null ? w.notReadYet : isWritten ? w.beingWritten : w.good);
}

function recorded({ contents }: TapeRow): string {
  const first = contents?.captures[0];
  return first === undefined ? NONE : when(first.startedAtMs);
}

/** In columns whose heads name the time zone. */
function when(ms: number): string {
  return instant(new Date(ms).toISOString()).replace(' UTC', '');
}

function runsSection(runs: RunsList, query: RunsQuery, language: Language): Markup {
  const w = wordsOf(language);
  const { quantities: q } = messagesOf(language);
  const lang: readonly (readonly [string, string])[] = language === 'en' ? [] : [['lang', language]];
  const to = (page: number): string => addressOf({ kind: 'home', query: { ...query, page } }, language);
  const sort = `${query.falling ? '-' : ''}${query.order}`;
  const compare = el(
    'form',
    { class: 'compare', id: 'compare', method: 'get', action: '/compare' },
    ...lang.map(([name, value]) => el('input', { type: 'hidden', name, value })),
    el('button', { type: 'submit' }, text(w.compareChosen)),
    el('span', {}, text(w.compareHint)),
  );
  return section(
    'runs',
    w.runs,
    filterForm('/', filters(query, language), [...lang, ['sort', sort]], w),
    el('p', {}, link(addressOf({ kind: 'home', query: ALL_RUNS }, language), w.reset)),
    runs.count === 0
      ? el('p', {}, text(w.noneFound))
      : join([compare, listTable(w.runs, runColumns(query, language), runs.rows)]),
    pager({ page: query.page, size: PAGE_ROWS, count: runs.count }, to, q.whole, w),
  );
}

function filters({ texts, valid, from, to }: RunsQuery, language: Language) {
  const w = wordsOf(language);
  return [
    ...RUN_FILTERS.map((name) => ({ name, label: w[name], value: texts[name] ?? '', type: 'text' as const })),
    {
      name: 'valid',
      label: w.valid,
      value: valid === null ? '' : valid ? 'yes' : 'no',
      choices: [
        ['', w.any],
        ['yes', w.yes],
        ['no', w.no],
      ] as const,
    },
    { name: 'from', label: w.from, value: from, type: 'date' as const },
    { name: 'to', label: w.to, value: to, type: 'date' as const },
  ];
}

function runColumns(query: RunsQuery, language: Language): readonly Column<ListedRun>[] {
  const w = wordsOf(language);
  const messages = messagesOf(language);
  const { quantities: q } = messages;
  const ordered = (order: RunsQuery['order'], words: string) => ({
    head: link(orderedBy(query, order, language), words),
    ...(query.order === order
      ? { order: query.falling ? ('descending' as const) : ('ascending' as const) }
      : {}),
  });
  const words = (
    order: 'tape' | 'label' | 'version' | 'model',
    of: (one: ListedRun) => string | null,
  ): Column<ListedRun> => ({
    ...ordered(order, w[order]),
    word: true,
    cell: (one) => text(of(one) ?? NONE),
  });
  return [
    {
      head: text(w.run),
      word: true,
      cell: (one) => join([chooser(one, language), text(' '), runLink(one, language)]),
    },
    words('tape', ({ tape }) => tape),
    { ...ordered('label', w.label), word: true, cell: (one) => labelLink(one, language) },
    { ...ordered('load', w.load), word: true, cell: ({ run }) => text(cellName(run.cell)) },
    { ...ordered('started', w.started), cell: ({ run }) => text(when(run.startedAtMs)) },
    {
      head: text(w.valid),
      cell: ({ run }) => text(run.valid ? w.yes : run.lengthMs === null ? w.killed : w.no),
    },
    ...LISTED.map(
      (metric): Column<ListedRun> => ({
        ...ordered(metric.key, messages.metric(metric.key)),
        cell: ({ figures }) => {
          const value = figures?.values[metric.key] ?? null;
          return text(q.figure(metric.unit, value));
        },
      }),
    ),
    {
      ...ordered('requests', w.requests),
      cell: ({ figures }) => text(q.whole(figures?.requests ?? null)),
    },
    { ...ordered('errors', w.errors), cell: ({ figures }) => text(q.whole(figures?.errors ?? null)) },
    { head: text(w.overTime), cell: ({ figures }) => sparkline(figures?.spark ?? []) },
    words('version', ({ run }) => run.version),
    words('model', ({ run }) => run.model),
    { head: text(w.target), word: true, cell: ({ run }) => text(run.target) },
  ];
}

function chooser({ tape, run }: ListedRun, language: Language): Markup {
  return el('input', {
    type: 'checkbox',
    name: 'side',
    form: 'compare',
    value: writeSide({ tape, runs: String(run.id) }),
    'aria-label': wordsOf(language).choose(`${tape} ${run.id} ${run.label}`),
  });
}

function runLink({ tape, run }: ListedRun, language: Language): Markup {
  return link(addressOf({ kind: 'report', side: { tape, runs: String(run.id) } }, language), String(run.id));
}

function labelLink({ tape, run }: ListedRun, language: Language): Markup {
  return link(addressOf({ kind: 'report', side: { tape, runs: run.label } }, language), run.label);
}
