import type { RunSummary } from '../measure/run-summary.ts';
import { carriesPercentile, type SampleStats } from '../measure/sample-stats.ts';
import { type CellRuns, cellName, groupRuns, medianOver, type RunGroup, sumOver } from './cells.ts';
import type { Words } from './words/english.ts';
import { type Language, wordsOf } from './words/words.ts';

/** The matrix, one row a cell: wrk's columns first, then what wrk cannot see. */
export interface Matrix {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What a reader must know to read the rows. */
  readonly notes: readonly string[];
}

/** Makes one matrix for each label and target, in the order in which they were run. */
export function matricesOf(runs: readonly RunSummary[], language: Language = 'en'): readonly Matrix[] {
  return groupRuns(runs).map((group) => matrixOf(group, wordsOf(language)));
}

/** The matrix of one label. */
export function matrixOf(group: RunGroup, words: Words): Matrix {
  return {
    title: words.matrix.title(group.label, group.target),
    header: Object.values(words.matrix.header),
    rows: group.cells.map((cell, i) => row(i + 1, cell, words)),
    notes: notesOf(group, words),
  };
}

function row(number: number, { cell, runs, valid, shown }: CellRuns, words: Words): readonly string[] {
  const { quantities: q, matrix } = words;
  const median = (of: (run: RunSummary) => number | null): number | null => medianOver(shown, of);
  const percentile = (of: (run: RunSummary) => SampleStats, name: 'p50' | 'p99'): string =>
    q.percentileOf(medianStats(shown.map(of), name), name);
  const columns: Record<keyof Words['matrix']['header'], string> = {
    test: String(number),
    threads: String(cell.threads),
    connections: String(cell.connections),
    average: q.duration(median(({ e2elMs }) => e2elMs.mean)),
    rate: q.rate(median(({ requestsPerSec }) => requestsPerSec)),
    transfer: q.bytes(median(({ bytesPerSec }) => bytesPerSec) ?? 0),
    p50: percentile(({ e2elMs }) => e2elMs, 'p50'),
    p99: percentile(({ e2elMs }) => e2elMs, 'p99'),
    ttftP50: percentile(({ ttftMs }) => ttftMs, 'p50'),
    ttftP99: percentile(({ ttftMs }) => ttftMs, 'p99'),
    tpotP50: percentile(({ tpotMs }) => tpotMs, 'p50'),
    tokens: q.rate(median(({ outputTokensPerSec }) => outputTokensPerSec)),
    requests: String(sumOver(runs, ({ requests }) => requests)),
    errors: String(sumOver(runs, ({ errors }) => errors)),
    valid:
      runs.length === 1 ? (valid.length === 1 ? matrix.yes : matrix.no) : `${valid.length}/${runs.length}`,
  };
  return Object.values(columns);
}

/** The median over runs of one percentile, with the smallest sample that stands behind it. */
function medianStats(stats: readonly SampleStats[], name: 'p50' | 'p99'): SampleStats {
  const values = stats.map((s) => s[name]).filter((value) => value !== null);
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  const [first] = stats;
  const none = { mean: null, stdev: null, p50: null, p90: null, p99: null, max: null };
  return {
    ...none,
    ...first,
    [name]: sorted.length === 0 ? null : (median ?? null),
    count: Math.min(...stats.map(({ count }) => count)),
  };
}

function notesOf({ runs, cells }: RunGroup, { matrix, reason }: Words): readonly string[] {
  const few = (of: (run: RunSummary) => SampleStats): boolean =>
    runs.some((run) => of(run).count > 0 && !carriesPercentile('p99', of(run).count));
  return [
    ...(cells.some((cell) => cell.runs.length > 1) ? [matrix.medians] : []),
    ...(few(({ e2elMs }) => e2elMs) || few(({ ttftMs }) => ttftMs) ? [matrix.fewRequests] : []),
    ...(runs.some(({ tokenSources }) => (tokenSources.chunks ?? 0) > 0) ? [matrix.countedChunks] : []),
    ...runs.flatMap(({ id, cell, invalidReasons }) =>
      invalidReasons.length > 0 ? [matrix.invalidRun(id, cellName(cell), invalidReasons.map(reason))] : [],
    ),
  ];
}
