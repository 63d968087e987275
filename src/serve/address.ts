import type { ComparedKey } from '../compare/compared-metrics.ts';
import { DRAWN } from '../measure/metric-table.ts';
import { OUTCOMES, type Outcome } from '../model/outcome.ts';
import { LANGUAGES, type Language } from '../report/messages/languages.ts';
import { LISTED } from './run-figures.ts';
import type { ListQuery, SideName } from './shelf.ts';

/** What the list of runs can be ordered by, beside the figures. */
export const RUN_ORDERS = [
  'started',
  'tape',
  'label',
  'load',
  'version',
  'model',
  'errors',
  'requests',
] as const;

export type RunOrder = (typeof RUN_ORDERS)[number] | ComparedKey;

/** Texts that a run must contain in what they name. */
export const RUN_FILTERS = ['tape', 'label', 'target', 'version', 'model', 'load'] as const;

export type RunFilter = (typeof RUN_FILTERS)[number];

/** Which runs are listed, in which order. */
export interface RunsQuery {
  readonly texts: Readonly<Partial<Record<RunFilter, string>>>;
  readonly valid: boolean | null;
  /** Days, `2026-11-28`, the last included; empty is open. */
  readonly from: string;
  readonly to: string;
  readonly order: RunOrder;
  readonly falling: boolean;
  /** From 1. */
  readonly page: number;
}

/** Every page that there is; what it shows is all in its address. */
export type Place =
  | { readonly kind: 'home'; readonly query: RunsQuery }
  | { readonly kind: 'live' }
  | { readonly kind: 'events' }
  | { readonly kind: 'compare'; readonly sides: readonly SideName[] }
  | { readonly kind: 'traffic'; readonly tape: string }
  | { readonly kind: 'exchanges'; readonly tape: string; readonly query: ListQuery }
  | { readonly kind: 'exchange'; readonly tape: string; readonly id: number }
  | { readonly kind: 'report'; readonly side: SideName }
  | {
      readonly kind: 'requests';
      readonly tape: string;
      readonly runs: readonly number[];
      readonly query: ListQuery;
    }
  | { readonly kind: 'request'; readonly tape: string; readonly run: number; readonly seq: number };

/** How a page is given: to be looked at, as data, or as a file that needs no server. */
export type Form = 'page' | 'json' | 'file';

export interface Address {
  readonly place: Place;
  readonly form: Form;
  readonly language: Language;
}

const PATHS: Readonly<Record<Place['kind'], string>> = {
  home: '/',
  live: '/live',
  events: '/events',
  compare: '/compare',
  traffic: '/traffic',
  exchanges: '/exchanges',
  exchange: '/exchange',
  report: '/report',
  requests: '/requests',
  request: '/request',
};

/** The list of all runs, the newest first. */
export const ALL_RUNS: RunsQuery = {
  texts: {},
  valid: null,
  from: '',
  to: '',
  order: 'started',
  falling: true,
  page: 1,
};

export const ALL_ROWS: ListQuery = {
  outcome: null,
  model: null,
  path: null,
  status: null,
  fromMs: null,
  toMs: null,
  within: null,
  order: 'begun',
  page: 1,
};

/** Longer texts are no names. */
const LONGEST_TEXT = 1_000;
/** More sides than a trend can show. */
const MOST_SIDES = 40;

/** Reads an address; null where there is no such page. A value that means nothing is left out. */
export function readAddress(url: string): Address | null {
  const parsed = URL.parse(url, 'http://localhost');
  if (parsed === null) return null;
  const json = parsed.pathname.endsWith('.json');
  const path = json ? parsed.pathname.slice(0, -'.json'.length) : parsed.pathname;
  const kind = (Object.keys(PATHS) as Place['kind'][]).find(
    (one) => PATHS[one] === path || (one === 'home' && path === '/index'),
  );
  const place = kind === undefined ? null : placeOf(kind, parsed.searchParams);
  if (place === null) return null;
  const given = parsed.searchParams;
  return {
    place,
    form: json ? 'json' : given.has('download') ? 'file' : 'page',
    language: LANGUAGES.find((one) => one === given.get('lang')) ?? 'en',
  };
}

function placeOf(kind: Place['kind'], given: URLSearchParams): Place | null {
  const text = (name: string): string | null => {
    const value = given.get(name);
    return value === null || value === '' || value.length > LONGEST_TEXT ? null : value;
  };
  const number = (name: string): number | null => {
    const value = text(name);
    return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : null;
  };
  const tape = text('tape');
  const [id, run, seq] = [number('id'), number('run'), number('seq')];
  const runs = /^\d{1,9}(,\d{1,9}){0,99}$/.test(text('run') ?? '')
    ? text('run')?.split(',').map(Number)
    : null;
  switch (kind) {
    case 'home':
      return { kind, query: runsQuery(text, number) };
    case 'live':
    case 'events':
      return { kind };
    case 'compare':
      return {
        kind,
        sides: given
          .getAll('side')
          .slice(0, MOST_SIDES)
          .flatMap((side) => readSide(side) ?? []),
      };
    case 'traffic':
      return tape === null ? null : { kind, tape };
    case 'exchanges':
      return tape === null ? null : { kind, tape, query: { ...listQuery(text, number), within: null } };
    case 'exchange':
      return tape === null || id === null ? null : { kind, tape, id };
    case 'report': {
      const side = text('runs');
      return tape === null || side === null ? null : { kind, side: { tape, runs: side } };
    }
    case 'requests':
      return tape === null || runs == null ? null : { kind, tape, runs, query: listQuery(text, number) };
    case 'request':
      return tape === null || run === null || seq === null ? null : { kind, tape, run, seq };
  }
}

type Text = (name: string) => string | null;
type Whole = (name: string) => number | null;

function runsQuery(text: Text, number: Whole): RunsQuery {
  const sort = text('sort') ?? '-started';
  const order = sort.replace(/^-/, '');
  const known: readonly string[] = [...RUN_ORDERS, ...LISTED.map(({ key }) => key)];
  const day = (name: string): string => /^\d{4}-\d\d-\d\d$/.exec(text(name) ?? '')?.[0] ?? '';
  const valid = text('valid');
  return {
    texts: Object.fromEntries(
      RUN_FILTERS.flatMap((name) => {
        const value = text(name)?.trim();
        return value === undefined || value === '' ? [] : [[name, value]];
      }),
    ),
    valid: valid === 'yes' ? true : valid === 'no' ? false : null,
    from: day('from'),
    to: day('to'),
    order: known.includes(order) ? (order as RunOrder) : 'started',
    falling: known.includes(order) ? sort.startsWith('-') : true,
    page: Math.max(1, number('page') ?? 1),
  };
}

function listQuery(text: Text, number: Whole): ListQuery {
  const outcome = text('outcome');
  return {
    outcome: OUTCOMES.find((one): one is Outcome => one === outcome) ?? null,
    model: text('model'),
    path: text('path'),
    status: number('status'),
    fromMs: number('from'),
    toMs: number('to'),
    within: withinOf(text),
    order: text('order') === 'longest' ? 'longest' : 'begun',
    page: Math.max(1, number('page') ?? 1),
  };
}

function withinOf(text: Text): ListQuery['within'] {
  const metric = DRAWN.find(({ key }) => key === text('by'))?.key;
  const [least, most] = ['least', 'most'].map((name) => {
    const value = text(name);
    return value !== null && /^\d{1,12}(\.\d{1,9})?$/.test(value) ? Number(value) : null;
  });
  return metric === undefined || least == null || most == null ? null : { metric, least, most };
}

/** `demo.sqlite/before`, both parts encoded: the value of a box that chooses a side. */
export function writeSide({ tape, runs }: SideName): string {
  return `${encodeURIComponent(tape)}/${encodeURIComponent(runs)}`;
}

function readSide(text: string): SideName | null {
  const [tape, runs, more] = text.split('/');
  if (tape === undefined || runs === undefined || more !== undefined || text.length > LONGEST_TEXT)
    return null;
  try {
    const side = { tape: decodeURIComponent(tape), runs: decodeURIComponent(runs) };
    return side.tape === '' || side.runs === '' ? null : side;
  } catch {
    return null;
  }
}

/** The address of a page. */
export function addressOf(place: Place, language: Language = 'en', form: Form = 'page'): string {
  const pairs: readonly (readonly [string, string | number | null])[] = [
    ...queryOf(place),
    ['lang', language === 'en' ? null : language],
    ['download', form === 'file' ? '1' : null],
  ];
  const given = pairs.filter(([, value]) => value !== null && value !== '') as [string, string | number][];
  const query = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  const path = form === 'json' && place.kind === 'home' ? '/index' : PATHS[place.kind];
  return `${path}${form === 'json' ? '.json' : ''}${query === '' ? '' : `?${query}`}`;
}

function queryOf(place: Place): readonly (readonly [string, string | number | null])[] {
  switch (place.kind) {
    case 'home': {
      const { texts, valid, from, to, order, falling, page } = place.query;
      const sort = `${falling ? '-' : ''}${order}`;
      return [
        ...Object.entries(texts),
        ['valid', valid === null ? null : valid ? 'yes' : 'no'],
        ['from', from],
        ['to', to],
        ['sort', sort === '-started' ? null : sort],
        ['page', page === 1 ? null : page],
      ];
    }
    case 'live':
    case 'events':
      return [];
    case 'compare':
      return place.sides.map((side) => ['side', writeSide(side)]);
    case 'traffic':
      return [['tape', place.tape]];
    case 'exchanges':
      return [['tape', place.tape], ...listPairs(place.query)];
    case 'exchange':
      return [
        ['tape', place.tape],
        ['id', place.id],
      ];
    case 'report':
      return [
        ['tape', place.side.tape],
        ['runs', place.side.runs],
      ];
    case 'requests':
      return [['tape', place.tape], ['run', place.runs.join()], ...listPairs(place.query)];
    case 'request':
      return [
        ['tape', place.tape],
        ['run', place.run],
        ['seq', place.seq],
      ];
  }
}

function listPairs({ outcome, model, path, status, fromMs, toMs, within, order, page }: ListQuery) {
  return [
    ['outcome', outcome],
    ['model', model],
    ['path', path],
    ['status', status],
    ['from', fromMs],
    ['to', toMs],
    ['by', within?.metric ?? null],
    ['least', within?.least ?? null],
    ['most', within?.most ?? null],
    ['order', order === 'begun' ? null : order],
    ['page', page === 1 ? null : page],
  ] as const;
}
