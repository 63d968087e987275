import type { RunSummary } from '../measure/run-summary.ts';
import type { SampleStats } from '../measure/sample-stats.ts';
import { cellName } from '../model/run.ts';
import { bytes, duration, percentileOf, rate } from './quantities.ts';

/** The matrix, one row a cell: wrk's columns first, then what wrk cannot see. */
export interface Matrix {
  readonly label: string;
  readonly target: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What a reader must know to read the rows. */
  readonly notes: readonly string[];
}

const HEADER = [
  'test',
  'threads',
  'conns',
  'avg latency',
  'req/s',
  'transfer/s',
  'p50',
  'p99',
  'TTFT p50',
  'TTFT p99',
  'TPOT p50',
  'tok/s',
  'requests',
  'errors',
  'valid',
] as const;

/** Makes one matrix for each label and target, in the order in which they were run. */
export function matricesOf(runs: readonly RunSummary[]): readonly Matrix[] {
  const groups = Map.groupBy(runs, ({ label, target }) => `${label}\n${target}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [matrixOf(first, group)];
  });
}

function matrixOf({ label, target }: RunSummary, runs: readonly RunSummary[]): Matrix {
  const cells = [...Map.groupBy(runs, ({ cell }) => cellName(cell)).values()];
  return {
    label,
    target,
    header: HEADER,
    rows: cells.map((repeats, i) => row(i + 1, repeats)),
    notes: notesOf(runs, cells),
  };
}

function row(number: number, repeats: readonly RunSummary[]): readonly string[] {
  const [first] = repeats;
  const valid = repeats.filter((run) => run.valid);
  // Figures of runs that may not be used are shown only where there are no others.
  const shown = valid.length > 0 ? valid : repeats;
  const sum = (of: (run: RunSummary) => number): number => repeats.reduce((total, run) => total + of(run), 0);
  const medianRun = (of: (run: RunSummary) => number | null): number | null => median(shown.map(of));
  const percentile = (of: (run: RunSummary) => SampleStats, name: 'p50' | 'p99'): string =>
    percentileOf(medianStats(shown.map(of), name), name);
  return [
    String(number),
    String(first?.cell.threads ?? ''),
    String(first?.cell.connections ?? ''),
    duration(medianRun(({ e2elMs }) => e2elMs.mean)),
    rate(medianRun(({ requestsPerSec }) => requestsPerSec)),
    `${bytes(medianRun(({ bytesPerSec }) => bytesPerSec) ?? 0)}`,
    percentile(({ e2elMs }) => e2elMs, 'p50'),
    percentile(({ e2elMs }) => e2elMs, 'p99'),
    percentile(({ ttftMs }) => ttftMs, 'p50'),
    percentile(({ ttftMs }) => ttftMs, 'p99'),
    percentile(({ tpotMs }) => tpotMs, 'p50'),
    rate(medianRun(({ outputTokensPerSec }) => outputTokensPerSec)),
    String(sum(({ requests }) => requests)),
    String(sum(({ errors }) => errors)),
    repeats.length === 1 ? (valid.length === 1 ? 'yes' : 'NO') : `${valid.length}/${repeats.length}`,
  ];
}

/** The median over runs of one percentile, with the smallest sample that stands behind it. */
function medianStats(stats: readonly SampleStats[], name: 'p50' | 'p99'): SampleStats {
  const counts = stats.map(({ count }) => count);
  const none = { mean: null, stdev: null, p50: null, p90: null, p99: null, max: null };
  return { ...none, [name]: median(stats.map((s) => s[name])), count: Math.min(...counts) };
}

function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? null;
  if (sorted.length % 2 === 1 || upper === null) return upper;
  return ((sorted[middle - 1] ?? upper) + upper) / 2;
}

function notesOf(runs: readonly RunSummary[], cells: readonly (readonly RunSummary[])[]): readonly string[] {
  const notes: string[] = [];
  if (cells.some((repeats) => repeats.length > 1)) {
    notes.push(
      'Figures of several runs are the median over the valid runs; requests and errors are their sums.',
    );
  }
  if (runs.some(({ e2elMs }) => e2elMs.count < 662)) {
    notes.push('A figure in parentheses stands on too few requests: a p50 wants 11, a p99 wants 662.');
  }
  if (runs.some(({ tokenSources }) => (tokenSources.chunks ?? 0) > 0)) {
    notes.push('Some streams reported no usage: their tokens are counted chunks, a lower bound.');
  }
  for (const { id, cell, invalidReasons } of runs) {
    if (invalidReasons.length > 0)
      notes.push(`Run ${id} (${cellName(cell)}) is not valid: ${invalidReasons.join('; ')}.`);
  }
  return notes;
}
