import type { RunSummary } from '../measure/run-summary.ts';
import { NO_SAMPLE, type PercentileName, type SampleStats } from '../measure/sample-stats.ts';
import { cellName } from '../model/run.ts';
import { matrixNotes, type RunsOfCell } from './matrix-notes.ts';
import { bytes, duration, NONE, percentileOf, rate, share } from './quantities.ts';

/** The matrix, one row a cell: wrk's columns first, then what wrk cannot see. */
export interface Matrix {
  readonly label: string;
  readonly target: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What a reader must know to read the rows. */
  readonly notes: readonly string[];
}

interface Row extends RunsOfCell {
  readonly number: number;
}

interface Column {
  readonly title: string;
  /** Absent: always there. */
  readonly when?: (runs: readonly RunSummary[]) => boolean;
  readonly cell: (row: Row) => string;
}

const isOpen = ({ cell }: RunSummary): boolean => cell.ratePerSec !== undefined;

const COLUMNS: readonly Column[] = [
  { title: 'test', cell: ({ number }) => String(number) },
  { title: 'threads', cell: (row) => ofClosed(row, 'threads') },
  { title: 'conns', cell: (row) => ofClosed(row, 'connections') },
  {
    title: 'arrivals',
    when: (runs) => runs.some(isOpen),
    cell: ({ repeats: [run] }) =>
      run !== undefined && isOpen(run) ? cellName(run.cell).slice('open '.length) : NONE,
  },
  { title: 'avg latency', cell: (row) => duration(middle(row, ({ e2elMs }) => e2elMs.mean)) },
  { title: 'req/s', cell: (row) => rate(middle(row, ({ requestsPerSec }) => requestsPerSec)) },
  { title: 'transfer/s', cell: (row) => bytes(middle(row, ({ bytesPerSec }) => bytesPerSec) ?? 0) },
  percentileColumn('p50', 'p50', ({ e2elMs }) => e2elMs),
  percentileColumn('p99', 'p99', ({ e2elMs }) => e2elMs),
  percentileColumn('TTFT p50', 'p50', ({ ttftMs }) => ttftMs),
  percentileColumn('TTFT p99', 'p99', ({ ttftMs }) => ttftMs),
  percentileColumn('TPOT p50', 'p50', ({ tpotMs }) => tpotMs),
  { title: 'tok/s', cell: (row) => rate(middle(row, ({ outputTokensPerSec }) => outputTokensPerSec)) },
  {
    title: 'goodput',
    when: (runs) => runs.some(({ goodput }) => goodput !== null),
    cell: (row) => share(middle(row, ({ goodput }) => goodput?.share ?? null)),
  },
  {
    title: 'cache hits',
    when: (runs) => runs.some((run) => hitRate(run) !== null),
    cell: (row) => share(middle(row, hitRate)),
  },
  {
    ...percentileColumn('lag p99', 'p99', ({ scheduleLagMs }) => scheduleLagMs),
    when: (runs) => runs.some(isOpen),
  },
  { title: 'requests', cell: ({ repeats }) => String(sum(repeats, ({ requests }) => requests)) },
  { title: 'errors', cell: ({ repeats }) => String(sum(repeats, ({ errors }) => errors)) },
  {
    title: 'aborts',
    when: (runs) => sum(runs, ({ plannedAborts }) => plannedAborts) > 0,
    cell: ({ repeats }) => String(sum(repeats, ({ plannedAborts }) => plannedAborts)),
  },
  { title: 'valid', cell: validity },
];

/** Makes one matrix for each label and target, in the order in which they were run. */
export function matricesOf(runs: readonly RunSummary[]): readonly Matrix[] {
  const groups = Map.groupBy(runs, ({ label, target }) => `${label}\n${target}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [matrixOf(first, group)];
  });
}

function matrixOf({ label, target }: RunSummary, runs: readonly RunSummary[]): Matrix {
  const columns = COLUMNS.filter(({ when }) => when === undefined || when(runs));
  const rows = [...Map.groupBy(runs, ({ cell }) => cellName(cell)).values()].map((repeats, i): Row => {
    const valid = repeats.filter((run) => run.valid);
    return { number: i + 1, repeats, shown: valid.length > 0 ? valid : repeats };
  });
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  return {
    label,
    target,
    header: columns.map(({ title }) => title),
    rows: cells,
    notes: matrixNotes(runs, rows),
  };
}

/** The median over runs of one percentile, carried by the smallest sample that stands behind it. */
function percentileColumn(title: string, name: PercentileName, of: (run: RunSummary) => SampleStats): Column {
  return {
    title,
    cell: (row) => {
      const counts = row.shown.map((run) => of(run).count);
      const stats = { ...NO_SAMPLE, [name]: middle(row, (run) => of(run)[name]), count: Math.min(...counts) };
      return percentileOf(stats, name);
    },
  };
}

/** Connections of an open loop are opened as they are needed: none is part of the question. */
function ofClosed({ repeats: [run] }: Row, what: 'threads' | 'connections'): string {
  return run === undefined || isOpen(run) ? NONE : String(run.cell[what]);
}

function validity({ repeats }: Row): string {
  const valid = repeats.filter((run) => run.valid).length;
  if (repeats.length > 1) return `${valid}/${repeats.length}`;
  return valid === 1 ? 'yes' : 'NO';
}

function hitRate({ server }: RunSummary): number | null {
  return server?.prefixCache?.hitRate ?? null;
}

function middle({ shown }: Row, of: (run: RunSummary) => number | null): number | null {
  return median(shown.map(of));
}

function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? null;
  if (sorted.length % 2 === 1 || upper === null) return upper;
  return ((sorted[half - 1] ?? upper) + upper) / 2;
}

function sum(runs: readonly RunSummary[], of: (run: RunSummary) => number): number {
  return runs.reduce((total, run) => total + of(run), 0);
}
