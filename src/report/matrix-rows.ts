import type { RunSummary } from '../measure/run-summary.ts';
import { NO_SAMPLE, type PercentileName, type SampleStats } from '../measure/sample.ts';
import { cellName, isOpenCell } from '../model/run.ts';
import { type CellRuns, groupRuns, medianOver, type RunGroup, sumOver } from './cells.ts';
import { matrixNotes } from './matrix-notes.ts';
import type { Language } from './messages/languages.ts';
import type { Messages } from './messages/messages.ts';
import { messagesOf } from './messages/messages.ts';
import { NONE } from './quantities.ts';

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
  readonly title: keyof Messages['matrix']['header'];
  /** Absent: always there. */
  readonly when?: (runs: readonly RunSummary[]) => boolean;
  readonly cell: (row: Row, messages: Messages) => string;
}

const hasOpen = (runs: readonly RunSummary[]): boolean => runs.some(({ cell }) => isOpenCell(cell));

const COLUMNS: readonly Column[] = [
  { title: 'test', cell: ({ number }) => String(number) },
  { title: 'threads', cell: ({ cell }) => ofClosed(cell, 'threads') },
  { title: 'connections', cell: ({ cell }) => ofClosed(cell, 'connections') },
  {
    title: 'arrivals',
    when: hasOpen,
    cell: ({ cell }) => (isOpenCell(cell) ? cellName(cell).slice('open '.length) : NONE),
  },
  {
    title: 'average',
    cell: (row, { quantities: q }) => q.duration(middle(row, ({ e2elMs }) => e2elMs.mean)),
  },
  { title: 'rate', cell: (row, { quantities: q }) => q.rate(middle(row, (run) => run.requestsPerSec)) },
  {
    title: 'transfer',
    cell: (row, { quantities: q }) => q.bytes(middle(row, ({ bytesPerSec }) => bytesPerSec) ?? 0),
  },
  percentileColumn('p50', 'p50', ({ e2elMs }) => e2elMs),
  percentileColumn('p99', 'p99', ({ e2elMs }) => e2elMs),
  percentileColumn('ttftP50', 'p50', ({ ttftMs }) => ttftMs),
  percentileColumn('ttftP99', 'p99', ({ ttftMs }) => ttftMs),
  percentileColumn('tpotP50', 'p50', ({ tpotMs }) => tpotMs),
  { title: 'tokens', cell: (row, { quantities: q }) => q.rate(middle(row, (run) => run.outputTokensPerSec)) },
  {
    title: 'goodput',
    when: (runs) => runs.some(({ goodput }) => goodput !== null),
    cell: (row, { quantities: q }) => q.portion(middle(row, ({ goodput }) => goodput?.share ?? null)),
  },
  {
    title: 'cacheHits',
    when: (runs) => runs.some((run) => hitRate(run) !== null),
    cell: (row, { quantities: q }) => q.portion(middle(row, hitRate)),
  },
  { ...percentileColumn('lagP99', 'p99', ({ scheduleLagMs }) => scheduleLagMs), when: hasOpen },
  { title: 'requests', cell: ({ runs }) => String(sumOver(runs, ({ requests }) => requests)) },
  { title: 'errors', cell: ({ runs }) => String(sumOver(runs, ({ errors }) => errors)) },
  {
    title: 'aborts',
    when: (runs) => sumOver(runs, ({ plannedAborts }) => plannedAborts) > 0,
    cell: ({ runs }) => String(sumOver(runs, ({ plannedAborts }) => plannedAborts)),
  },
  { title: 'valid', cell: validity },
];

/** Makes one matrix for each label and target, in the order in which they were run. */
export function matricesOf(runs: readonly RunSummary[], language: Language = 'en'): readonly Matrix[] {
  return groupRuns(runs).map((group) => matrixOf(group, messagesOf(language)));
}

/** The matrix of one label. */
export function matrixOf(group: RunGroup, messages: Messages): Matrix {
  const columns = COLUMNS.filter(({ when }) => when === undefined || when(group.runs));
  return {
    title: messages.matrix.title(group.label, group.target),
    header: columns.map(({ title }) => messages.matrix.header[title]),
    rows: group.cells.map((cell, i) =>
      columns.map((column) => column.cell({ ...cell, number: i + 1 }, messages)),
    ),
    notes: matrixNotes(group, messages),
  };
}

/** The median over runs of one percentile, carried by the smallest sample that stands behind it. */
function percentileColumn(
  title: Column['title'],
  name: PercentileName,
  of: (run: RunSummary) => SampleStats,
): Column {
  return {
    title,
    cell: (row, { quantities: q }) => {
      const counts = row.shown.map((run) => of(run).count);
      const stats = { ...NO_SAMPLE, [name]: middle(row, (run) => of(run)[name]), count: Math.min(...counts) };
      return q.percentileOf(stats, name);
    },
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

function hitRate({ server }: RunSummary): number | null {
  return server?.prefixCache?.hitRate ?? null;
}

function middle({ shown }: Row, of: (run: RunSummary) => number | null): number | null {
  return medianOver(shown, of);
}
