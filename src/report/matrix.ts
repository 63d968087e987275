import type { Metric, RunStatistic } from '../measure/metric-kinds.ts';
import { type Keyed, METRIC_LIST, type SampleKey } from '../measure/metric-table.ts';
import { type ErrorKind, keptLengths } from '../measure/run-counts.ts';
import type { RunSummary } from '../measure/run-summary.ts';
import {
  isSufficient,
  NO_SAMPLE,
  PERCENTILES,
  type Percentile,
  type SampleStats,
  sufficientSample,
} from '../measure/sample.ts';
import { cellName, isOpenCell } from '../model/run.ts';
import type { Language } from './messages/languages.ts';
import { type Messages, messagesOf } from './messages/messages.ts';
import { NONE } from './quantities.ts';
import {
  type CellRuns,
  groupRuns,
  medianOver,
  type RunGroup,
  shownPercentiles,
  sumOver,
} from './runs-report.ts';

/** The matrix, one row a cell: wrk's columns first, then what wrk cannot see. */
export interface Matrix {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What a reader must know to read the rows. */
  readonly notes: readonly string[];
}

interface Row extends CellRuns {
  readonly number: number;
}

interface Column {
  readonly title: (messages: Messages) => string;
  /** Absent: always there. */
  readonly when?: (runs: readonly RunSummary[]) => boolean;
  readonly cell: (row: Row, messages: Messages) => string;
}

const hasOpen = (runs: readonly RunSummary[]): boolean => runs.some(({ cell }) => isOpenCell(cell));

/** The columns of the matrix; `asked` takes the place of the percentiles that the metric table names. */
const columnsOf = (asked: readonly Percentile[] | null): readonly Column[] => [
  { title: ({ matrix }) => matrix.header.test, cell: ({ number }) => String(number) },
  { title: ({ matrix }) => matrix.header.threads, cell: ({ cell }) => ofClosed(cell, 'threads') },
  { title: ({ matrix }) => matrix.header.connections, cell: ({ cell }) => ofClosed(cell, 'connections') },
  {
    title: ({ matrix }) => matrix.header.arrivals,
    when: hasOpen,
    cell: ({ cell }) => (isOpenCell(cell) ? cellName(cell).slice('open '.length) : NONE),
  },
  ...metricColumns('wrk', asked),
  ...metricColumns('more', asked),
  { title: ({ matrix }) => matrix.header.valid, cell: validity },
];

/** The columns that the metric table places there. */
function metricColumns(place: 'wrk' | 'more', asked: readonly Percentile[] | null): readonly Column[] {
  return METRIC_LIST.flatMap((metric) => {
    const placed = Object.entries(metric.matrix ?? {})
      .filter(([, at]) => at === place)
      .map(([statistic]) => statistic as RunStatistic);
    const figures = asked === null ? placed : placed.filter((statistic) => !isPercentile(statistic));
    const percentiles = figures.length === placed.length ? [] : (asked ?? []);
    return [...figures, ...percentiles].map((statistic) => metricColumn(metric, statistic));
  });
}

function isPercentile(statistic: RunStatistic): boolean {
  return (PERCENTILES as readonly RunStatistic[]).includes(statistic);
}

function metricColumn(metric: Keyed<Metric>, statistic: RunStatistic | Percentile): Column {
  const title = ({ column }: Messages): string => column(metric.key, statistic);
  if (metric.kind === 'scalar') {
    const isThere = (run: RunSummary): boolean => {
      const value = metric.of(run);
      return value !== null && (metric.unit !== 'count' || value > 0);
    };
    const cell: Column['cell'] = (row, messages) => scalarText(metric, row, messages);
    return metric.optional === true ? { title, cell, when: (runs) => runs.some(isThere) } : { title, cell };
  }
  const key = metric.key as SampleKey;
  const cell: Column['cell'] = (row, { quantities: q }) =>
    statistic === 'mean' || statistic === 'value'
      ? q.duration(medianOver(row.shown, (run) => run[key].mean))
      : q.percentileOf(medianPercentile(row, key, statistic), statistic);
  return metric.loop === 'open' ? { title, cell, when: hasOpen } : { title, cell };
}

/** The median over the runs; counts are summed over all of them. */
function scalarText(
  { of, unit }: Extract<Metric, { kind: 'scalar' }>,
  { shown, runs }: Row,
  { quantities: q }: Messages,
): string {
  if (unit === 'count') return String(sumOver(runs, (run) => of(run) ?? 0));
  const value = medianOver(shown, of);
  switch (unit) {
    case 'ms':
      return q.duration(value);
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

/** The median over runs of one percentile, which the smallest sample behind it must be sufficient for. */
function medianPercentile({ shown }: Row, key: SampleKey, name: Percentile): SampleStats {
  const count = Math.min(...shown.map((run) => run[key].count));
  return { ...NO_SAMPLE, [name]: medianOver(shown, (run) => run[key][name] ?? null), count };
}

/** Makes one matrix for each label and target, in the order in which they were run. */
export function matricesOf(runs: readonly RunSummary[], language: Language = 'en'): readonly Matrix[] {
  return groupRuns(runs).map((group) => matrixOf(group, messagesOf(language)));
}

/** The matrix of one label. */
export function matrixOf(group: RunGroup, messages: Messages): Matrix {
  const percentiles = shownPercentiles(group.runs);
  const columns = columnsOf(percentiles === PERCENTILES ? null : percentiles).filter(
    ({ when }) => when === undefined || when(group.runs),
  );
  return {
    title: messages.matrix.title(group.label, group.target),
    header: columns.map(({ title }) => title(messages)),
    rows: group.cells.map((cell, i) =>
      columns.map((column) => column.cell({ ...cell, number: i + 1 }, messages)),
    ),
    notes: matrixNotes(group, messages),
  };
}

/** Connections of an open loop are opened as they are needed: none is part of the question. */
function ofClosed(cell: CellRuns['cell'], what: 'threads' | 'connections'): string {
  return isOpenCell(cell) ? NONE : String(cell[what]);
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
    ...(repeated.some(({ valid }) => valid.length > 0) ? [w.medians] : []),
    ...(repeated.some(({ valid }) => valid.length === 0) ? [w.mediansOfAll] : []),
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
