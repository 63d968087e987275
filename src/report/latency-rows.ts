import type { RunSummary } from '../measure/run-summary.ts';
import { NO_SAMPLE, type PercentileName, type SampleStats } from '../measure/sample.ts';
import { cellName, isOpenCell } from '../model/run.ts';
import { type CellRuns, medianOver, type RunGroup, sumOver } from './cells.ts';
import type { Messages } from './messages/messages.ts';
import type { Table } from './plot/chart.ts';

interface Latency {
  readonly name: keyof Messages['latencies']['names'];
  readonly of: (run: RunSummary) => SampleStats;
  /** Absent: wherever there is a sample of it. */
  readonly when?: (cell: CellRuns) => boolean;
}

const ofOpen = ({ cell }: CellRuns): boolean => isOpenCell(cell);

/** Reads that held several tokens make gaps between reads and gaps between tokens two things. */
const hasFullReads = ({ shown }: CellRuns): boolean =>
  shown.some(({ itlMs, itlPerTokenMs }) => itlMs.count !== itlPerTokenMs.count);

const LATENCIES: readonly Latency[] = [
  { name: 'e2el', of: ({ e2elMs }) => e2elMs },
  { name: 'response', of: ({ responseMs }) => responseMs, when: ofOpen },
  { name: 'ttft', of: ({ ttftMs }) => ttftMs },
  { name: 'ttftResponse', of: ({ ttftResponseMs }) => ttftResponseMs, when: ofOpen },
  { name: 'tpot', of: ({ tpotMs }) => tpotMs },
  { name: 'itl', of: ({ itlMs }) => itlMs },
  { name: 'itlPerToken', of: ({ itlPerTokenMs }) => itlPerTokenMs, when: hasFullReads },
  { name: 'lag', of: ({ scheduleLagMs }) => scheduleLagMs, when: ofOpen },
];

const PERCENTILES = ['p50', 'p90', 'p95', 'p99'] as const;

/** Every latency of every cell, medians over the runs that are shown; null when no request ended `ok`. */
export function latencyTable(group: RunGroup, messages: Messages): Table | null {
  const { latencies: w, matrix } = messages;
  const rows = group.cells.flatMap((cell) =>
    LATENCIES.filter(({ when }) => when === undefined || when(cell)).flatMap((one) =>
      row(cell, one, messages),
    ),
  );
  if (rows.length === 0) return null;
  return {
    caption: w.title(matrix.title(group.label, group.target)),
    header: [w.cell, w.latency, w.mean, ...PERCENTILES, w.max, w.values],
    left: new Set([0, 1]),
    rows,
  };
}

function row(
  { cell, shown }: CellRuns,
  { name, of }: Latency,
  { latencies: w, quantities: q }: Messages,
): (readonly string[])[] {
  if (shown.every((run) => of(run).count === 0)) return [];
  const median = (figure: 'mean' | PercentileName): number | null =>
    medianOver(shown, (run) => of(run)[figure]);
  const count = Math.min(...shown.map((run) => of(run).count));
  const percentile = (p: PercentileName): string =>
    q.percentileOf({ ...NO_SAMPLE, [p]: median(p), count }, p);
  const largest = Math.max(...shown.flatMap((run) => of(run).max ?? []));
  return [
    [
      cellName(cell),
      w.names[name],
      q.duration(median('mean')),
      ...PERCENTILES.map(percentile),
      q.duration(largest),
      q.whole(sumOver(shown, (run) => of(run).count)),
    ],
  ];
}
