import { cellName } from '../../model/run.ts';
import { addressOf, type RunFilter, type RunOrder, type RunsQuery } from '../address.ts';
import { PAGE_ROWS, type RunFigures, type RunRow, type TapeRow } from '../shelf.ts';

/** A run in the list over all tapes. */
export interface ListedRun {
  readonly tape: string;
  readonly run: RunRow;
  /** Null while they are being computed, and of a run without an end. */
  readonly figures: RunFigures | null;
}

export interface RunsList {
  readonly rows: readonly ListedRun[];
  /** Of all that pass. */
  readonly count: number;
  /** Runs on all tapes whose figures are still being computed. */
  readonly measuring: number;
}

const TEXTS: Readonly<Record<RunFilter, (one: ListedRun) => string>> = {
  tape: ({ tape }) => tape,
  label: ({ run }) => run.label,
  target: ({ run }) => run.target,
  version: ({ run }) => run.version ?? '',
  model: ({ run }) => run.model ?? '',
  load: ({ run }) => cellName(run.cell),
};

/** The runs that pass, in order, one page of them. */
export function listRuns(
  tapes: readonly TapeRow[],
  figuresOf: (tape: string, run: RunRow) => RunFigures | null,
  query: RunsQuery,
): RunsList {
  const all = tapes.flatMap(({ name, contents }) =>
    (contents?.runs ?? []).map((run): ListedRun => ({ tape: name, run, figures: figuresOf(name, run) })),
  );
  const passing = all.filter((one) => passes(one, query));
  const value = valueIn(query.order);
  const sign = query.falling ? -1 : 1;
  const keyed = passing.map((one) => ({ one, key: value(one) }));
  keyed.sort((a, b) => {
    const newest = b.one.run.startedAtMs - a.one.run.startedAtMs;
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null) || newest;
    return sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) || newest;
  });
  const from = (query.page - 1) * PAGE_ROWS;
  return {
    rows: keyed.slice(from, from + PAGE_ROWS).map(({ one }) => one),
    count: keyed.length,
    measuring: all.filter(({ run, figures }) => figures === null && run.lengthMs !== null).length,
  };
}

function passes(one: ListedRun, { texts, valid, from, to }: RunsQuery): boolean {
  const { run } = one;
  if (valid !== null && run.valid !== valid) return false;
  const day = from === '' && to === '' ? '' : new Date(run.startedAtMs).toISOString().slice(0, 10);
  if ((from !== '' && day < from) || (to !== '' && day > to)) return false;
  return (Object.entries(texts) as [RunFilter, string][]).every(([name, text]) =>
    TEXTS[name](one).toLowerCase().includes(text.toLowerCase()),
  );
}

function valueIn(order: RunOrder): (one: ListedRun) => string | number | null {
  switch (order) {
    case 'started':
      return ({ run }) => run.startedAtMs;
    case 'load':
      return ({ run: { cell } }) => cell.ratePerSec ?? cell.connections;
    case 'tape':
    case 'label':
      return (one) => TEXTS[order](one).toLowerCase();
    case 'version':
    case 'model':
      return ({ run }) => run[order];
    case 'errors':
    case 'requests':
      return ({ figures }) => figures?.[order] ?? null;
    default:
      return ({ figures }) => figures?.values[order] ?? null;
  }
}

/** The address of the same list in another order: what is in this order already is turned round. */
export function orderedBy(
  query: RunsQuery,
  order: RunOrder,
  language: Parameters<typeof addressOf>[1],
): string {
  const falling = query.order === order ? !query.falling : order === 'started';
  return addressOf({ kind: 'home', query: { ...query, order, falling, page: 1 } }, language);
}
