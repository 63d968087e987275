import { metricsOf, type SampleKey } from '../measure/metric-table.ts';
import type { SampleStats } from '../measure/sample.ts';
import { cellName, isOpenCell } from '../model/run.ts';
import { fewest, percentileOver } from './matrix.ts';
import type { Messages } from './messages/messages.ts';
import type { Table } from './plot/chart.ts';
import { type CellRuns, loadsByLabel, meanOver, type RunGroup, shownPercentiles } from './runs-report.ts';

type Latency = (typeof LATENCIES)[number];

const LATENCIES = metricsOf('request', 'gaps', 'sending').filter(({ unit }) => unit === 'ms');

/** Every latency of every cell, geometric means over the runs that are shown; null when no request ended `ok`. */
export function latencyTable(groups: readonly RunGroup[], messages: Messages): Table | null {
  const { latencies: w, matrix } = messages;
  const several = groups.length > 1;
  const rows = loadsByLabel(groups).flatMap((cell) =>
    LATENCIES.filter((latency) => saysMore(latency, cell)).flatMap((latency) =>
      row(cell, several ? [cell.label] : [], latency, messages),
    ),
  );
  if (rows.length === 0) return null;
  const percentiles = shownPercentiles(groups.flatMap(({ runs }) => runs));
  return {
    caption: w.title,
    header: [
      w.cell,
      ...(several ? [matrix.header.label] : []),
      w.latency,
      w.mean,
      ...percentiles,
      w.max,
      matrix.header.sample,
    ],
    left: new Set(several ? [0, 1, 2] : [0, 1]),
    rows,
  };
}

/** In a closed loop nothing waits for its planned instant; some metrics differ from another one only sometimes. */
function saysMore({ key, loop, unlike }: Latency, { cell, shown }: CellRuns): boolean {
  if (loop === 'open' && !isOpenCell(cell)) return false;
  return unlike === undefined || shown.some((run) => isUnlike(run[key], run[unlike as SampleKey]));
}

function isUnlike(a: SampleStats, b: SampleStats): boolean {
  return a.count !== b.count || a.mean !== b.mean;
}

function row(
  { cell, shown }: CellRuns,
  label: readonly string[],
  { key }: Latency,
  { metric, quantities: q }: Messages,
): (readonly string[])[] {
  if (shown.every((run) => run[key].count === 0)) return [];
  const largest = Math.max(...shown.flatMap((run) => run[key].max ?? []));
  return [
    [
      cellName(cell),
      ...label,
      metric(key),
      q.ms(meanOver(shown, (run) => run[key].mean)),
      ...shownPercentiles(shown).map((name) => q.ms(percentileOver({ shown }, key, name))),
      q.ms(largest),
      q.whole(fewest({ shown }, key)),
    ],
  ];
}
