import type { MatrixTable, Metric, RunStatistic } from '../measure/metric-kinds.ts';
import { type Keyed, METRIC_LIST, type SampleKey, WHOLE_ANSWER } from '../measure/metric-table.ts';
import { type ErrorKind, keptLengths } from '../measure/run-counts.ts';
import type { RunSummary } from '../measure/run-summary.ts';
import { isSufficient, PERCENTILES, type Percentile, sufficientSample } from '../measure/sample.ts';
import { cellName, isOpenCell } from '../model/run.ts';
import type { Messages } from './messages/messages.ts';
import type { Table } from './plot/chart.ts';
import { NONE } from './quantities.ts';
import {
  type CellRuns,
  loadsByLabel,
  meanOver,
  type RunGroup,
  shownPercentiles,
  sumOver,
} from './runs-report.ts';

/** The tests in two tables of equal rows: what decides first, the rest in the second. */
export interface Matrix {
  readonly title: string;
  readonly main: Table;
  readonly more: Table;
  /** What a reader must know to read the rows. */
  readonly notes: readonly string[];
}

interface Row extends CellRuns {
  readonly label: string;
}

interface Column {
  readonly title: (messages: Messages) => string;
  /** Absent: always there. */
  readonly when?: (runs: readonly RunSummary[]) => boolean;
  readonly cell: (row: Row, messages: Messages) => string;
  /** Why a cell is a dash. */
  readonly hint?: (row: Row, messages: Messages) => string | null;
  /** A narrow page keeps it. */
  readonly stays?: boolean;
}

const hasOpen = (runs: readonly RunSummary[]): boolean => runs.some(({ cell }) => isOpenCell(cell));

const LOAD: Column = {
  title: ({ verdict }) => verdict.load,
  cell: ({ cell }) => cellName(cell),
  stays: true,
};
const LABEL: Column = { title: ({ matrix }) => matrix.header.label, cell: ({ label }) => label, stays: true };
const VALID: Column = { title: ({ matrix }) => matrix.header.valid, cell: validity, stays: true };
/** The smallest sample behind the percentiles of a row. */
const SAMPLE: Column = {
  title: ({ matrix }) => matrix.header.sample,
  cell: (row, { quantities: q }) => q.whole(fewest(row, WHOLE_ANSWER)),
};

/** The columns of both tables; `asked` takes the place of the percentiles that the metric table names. */
function columnsOf(
  asked: readonly Percentile[] | null,
): Readonly<Record<'main' | 'more', readonly Column[]>> {
  return {
    main: [
      ...metricColumns('main', asked),
      SAMPLE,
      ...metricColumns('last', asked).map((column) => ({ ...column, stays: true })),
      VALID,
    ],
    more: metricColumns('more', asked),
  };
}

/** The columns that the metric table places there, in the order of their places. */
function metricColumns(table: MatrixTable, asked: readonly Percentile[] | null): readonly Column[] {
  const placed = METRIC_LIST.flatMap((metric) =>
    Object.entries(metric.matrix ?? {}).map(([name, place]) => ({ metric, name, place })),
  )
    .filter(({ place }) => place[0] === table)
    .sort((a, b) => a.place[1] - b.place[1]);
  const seen = new Set<string>();
  return placed.flatMap(({ metric, name }) => {
    const statistic = name as RunStatistic;
    if (asked === null || !isPercentile(statistic)) return [metricColumn(metric, statistic)];
    // What is asked for stands once, where the metric's first percentile is, and not in the second table as well.
    if (seen.has(metric.key) || table === 'more') return [];
    seen.add(metric.key);
    return asked.map((percentile) => metricColumn(metric, percentile));
  });
}

function isPercentile(statistic: RunStatistic): boolean {
  return (PERCENTILES as readonly RunStatistic[]).includes(statistic);
}

function metricColumn(metric: Keyed<Metric>, statistic: RunStatistic | Percentile): Column {
  // The unit is in the head, where all cells have it.
  const title = ({ column }: Messages): string =>
    `${column(metric.key, statistic)}${metric.unit === 'ms' ? ' ms' : ''}`;
  if (metric.kind === 'scalar') {
    const isThere = (run: RunSummary): boolean => {
      const value = metric.of(run);
      return value !== null && (metric.unit !== 'count' || value > 0);
    };
    const cell: Column['cell'] = (row, messages) => scalarText(metric, row, messages);
    return metric.optional === true ? { title, cell, when: (runs) => runs.some(isThere) } : { title, cell };
  }
  const key = metric.key as SampleKey;
  const isPlain = statistic === 'mean' || statistic === 'value';
  const cell: Column['cell'] = (row, { quantities: q }) =>
    q.ms(isPlain ? meanOver(row.shown, (run) => run[key].mean) : percentileOver(row, key, statistic));
  const hint: Column['hint'] = (row, { matrix, quantities: q }) => {
    const count = fewest(row, key);
    if (isPlain || isSufficient(statistic, count)) return null;
    return matrix.tooFew(q.whole(count), q.whole(sufficientSample(statistic)));
  };
  // A column of dashes says nothing; that of whole answers does: none came.
  const isThere: Column['when'] = (runs) =>
    (metric.loop !== 'open' || hasOpen(runs)) &&
    (key === WHOLE_ANSWER || runs.some((run) => run[key].count > 0));
  return { title, cell, hint, when: isThere };
}

/** The geometric mean over the runs; counts are summed over all of them. */
function scalarText(
  { of, unit }: Extract<Metric, { kind: 'scalar' }>,
  { shown, runs }: Row,
  { quantities: q }: Messages,
): string {
  if (unit === 'count') return q.whole(sumOver(runs, (run) => of(run) ?? 0));
  const value = meanOver(shown, of);
  switch (unit) {
    case 'ms':
      return q.ms(value);
    case 'share':
      return q.portion(value);
    case 'bytes per s':
      return value === null ? NONE : q.bytes(value);
    case 'per s':
      return q.rate(value);
    default:
      return unit satisfies never;
  }
}

/** The geometric mean over runs of one percentile, milliseconds; null where the smallest sample behind it is too small. */
export function percentileOver(
  row: Pick<CellRuns, 'shown'>,
  key: SampleKey,
  name: Percentile,
): number | null {
  return isSufficient(name, fewest(row, key)) ? meanOver(row.shown, (run) => run[key][name] ?? null) : null;
}

/** One rule for every table and plot: a percentile is shown where each run behind it has enough values. */
export function fewest({ shown }: Pick<CellRuns, 'shown'>, key: SampleKey): number {
  return Math.min(...shown.map((run) => run[key].count));
}

/** The tests of some labels: a row for each load and label, the labels of a load below each other. */
export function matrixOf(groups: readonly RunGroup[], messages: Messages): Matrix {
  const runs = groups.flatMap((group) => group.runs);
  const several = groups.length > 1;
  const percentiles = shownPercentiles(runs);
  const columns = columnsOf(percentiles === PERCENTILES ? null : percentiles);
  const rows: readonly Row[] = loadsByLabel(groups);
  const lead = [LOAD, ...(several ? [LABEL] : [])];
  const [first] = groups;
  const title =
    first === undefined || several ? messages.page.tests : messages.matrix.title(first.label, first.target);
  const table = (caption: string, of: readonly Column[]): Table => {
    const shown = [...lead, ...of].filter(({ when }) => when === undefined || when(runs));
    return {
      caption,
      header: shown.map((column) => column.title(messages)),
      left: new Set(lead.keys()),
      rows: rows.map((row) => shown.map((column) => column.cell(row, messages))),
      hints: rows.map((row) => shown.map((column) => column.hint?.(row, messages) ?? null)),
      drop: shown.flatMap(({ stays }, i) => (stays === true ? [] : [i])).reverse(),
    };
  };
  const ids = rows.map(({ cell, label }) => rowId(cellName(cell), several ? label : ''));
  return {
    title,
    main: { ...table(title, columns.main), ids },
    more: table(messages.matrix.more, columns.more),
    notes: groups
      .flatMap((group) => matrixNotes(group, messages))
      .filter((note, i, notes) => notes.indexOf(note) === i),
  };
}

/** The address of a load on a page: letters, digits and dashes. */
export function rowId(cell: string, label = ''): string {
  return ['load', cell, label]
    .join('-')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/-$/, '');
}

function validity({ runs, valid }: Row, { matrix }: Messages): string {
  if (runs.length > 1) return `${valid.length}/${runs.length}`;
  return valid.length === 1 ? matrix.yes : matrix.no;
}

/** What a reader must know to read a matrix, one sentence each. */
export function matrixNotes({ runs, cells }: RunGroup, messages: Messages): readonly string[] {
  const { matrix: w, quantities: q } = messages;
  const slo = runs.find(({ goodput }) => goodput !== null)?.goodput?.slo;
  const errors = runs.flatMap(({ errorKinds }) => errorKinds);
  const retried = sumOver(runs, ({ health }) => health?.retried ?? 0);
  const waits = runs.flatMap(({ health }) => health?.retryAfter ?? []);
  const waiting = waits.reduce((sum, { answers }) => sum + answers, 0);
  const longestWait = Math.max(0, ...waits.map(({ longestMs }) => longestMs));
  const pinned = {
    asked: sumOver(runs, ({ pinnedTokens }) => pinnedTokens.asked),
    generated: sumOver(runs, ({ pinnedTokens }) => pinnedTokens.generated),
  };
  const percentiles = shownPercentiles(runs);
  const isSmall = ({ e2elMs }: RunSummary): boolean =>
    percentiles.some((name) => !isSufficient(name, e2elMs.count));
  const repeated = cells.filter((cell) => cell.runs.length > 1);
  return [
    ...(repeated.some(({ valid }) => valid.length > 0) ? [w.means] : []),
    ...(repeated.some(({ valid }) => valid.length === 0) ? [w.meansOfAll] : []),
    ...(cells.some(({ shown }) => shown.some(isSmall)) ? [percentileNote(messages, percentiles)] : []),
    ...(slo === undefined ? [] : [w.goodput(slo)]),
    ...(errors.length === 0 ? [] : [w.errorKinds(errorList(errors, messages))]),
    ...(runs.some(({ plannedAborts }) => plannedAborts > 0) ? [w.aborts] : []),
    ...(keptLengths(pinned) ? [] : [w.lengthsNotKept(q.whole(pinned.asked), q.whole(pinned.generated))]),
    ...(retried > 0 ? [w.retried(q.whole(retried))] : []),
    ...(waits.length > 0 ? [w.retryAfter(q.whole(waiting), q.duration(longestWait))] : []),
    ...(runs.some(({ tokenSources }) => (tokenSources.chunks ?? 0) > 0) ? [w.countedChunks] : []),
    ...runs.flatMap((run) => runNotes(run, messages)),
  ];
}

/** Says what dashes in place of percentiles mean. */
export function percentileNote(
  { matrix, comma, quantities: q }: Messages,
  names: readonly Percentile[] = PERCENTILES,
): string {
  const needs = names.map((name) => matrix.percentileNeeds(name, q.whole(sufficientSample(name))));
  return matrix.fewRequests(needs.join(comma));
}

function runNotes({ id, cell, server, invalidReasons }: RunSummary, messages: Messages): readonly string[] {
  const { matrix: w, quantities: q } = messages;
  const others = (server?.running.start ?? 0) + (server?.waiting.start ?? 0);
  return [
    ...(others > 0 ? [w.otherTraffic(id, cellName(cell), q.whole(others))] : []),
    ...(invalidReasons.length > 0
      ? [w.invalidRun(id, cellName(cell), messages.reasons(invalidReasons))]
      : []),
  ];
}

/** The most frequent three, those that look alike over all runs together. */
function errorList(kinds: readonly ErrorKind[], messages: Messages): string {
  const { matrix: w, quantities: q, comma } = messages;
  return [...Map.groupBy(kinds, messages.error)]
    .map(([alike, all]) => ({ alike, count: all.reduce((total, { count }) => total + count, 0) }))
    .sort((a, b) => b.count - a.count)
    .slice(0, 3)
    .map(({ alike, count }) => w.errorKind(alike, q.whole(count)))
    .join(comma);
}
