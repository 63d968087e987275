import type { RunSummary } from '../../measure/run-summary.ts';
import { cellName, isOpenCell } from '../../model/run.ts';
import type { Messages } from '../messages/messages.ts';
import type { HeatMap, Plot } from '../plot/chart.ts';
import { type CellRuns, medianOver, type RunGroup, sumOver } from '../runs-report.ts';

/** One figure of a cell, with how it is written. */
interface HeatFigure {
  readonly name: string;
  readonly of: (cell: CellRuns) => number | null;
  readonly format: (value: number | null) => string;
}

/** The matrix of closed loops in colours, once for each figure; null when there is but one cell. */
export function heatPlot(id: string, group: RunGroup, messages: Messages): Plot | null {
  const { plots: w, quantities: q } = messages;
  const median =
    (of: (run: RunSummary) => number | null) =>
    ({ shown }: CellRuns): number | null =>
      medianOver(shown, of);
  const share = ({ runs }: CellRuns): number | null => {
    const requests = sumOver(runs, (run) => run.requests);
    return requests === 0 ? null : sumOver(runs, ({ errors }) => errors) / requests;
  };
  const all: readonly HeatFigure[] = [
    { name: w.heat.rate, of: median((run) => run.requestsPerSec), format: q.rate },
    { name: w.heat.mean, of: median(({ e2elMs }) => e2elMs.mean), format: q.duration },
    { name: w.heat.ttft, of: median(({ ttftMs }) => ttftMs.p50), format: q.duration },
    { name: w.heat.errors, of: (cell) => share(cell) || null, format: q.percent },
  ];
  const cells = group.cells.filter(({ cell }) => !isOpenCell(cell));
  const figures = all.filter(({ of }) => cells.some((cell) => of(cell) !== null));
  if (cells.length < 2 || figures.length === 0) return null;
  return {
    id,
    title: w.heat.title,
    lead: w.heat.lead,
    definition: w.heat.definition,
    drawings: figures.map((figure) => heatMap(figure, cells, messages)),
    table: {
      header: [w.cell, ...figures.map(({ name }) => name)],
      rows: cells.map((cell) => [cellName(cell.cell), ...figures.map(({ of, format }) => format(of(cell)))]),
    },
  };
}

function heatMap(
  { name, of, format }: HeatFigure,
  cells: readonly CellRuns[],
  { plots: w }: Messages,
): HeatMap {
  const rising = (numbers: readonly number[]): readonly number[] =>
    [...new Set(numbers)].sort((a, b) => a - b);
  const rows = rising(cells.map(({ cell }) => cell.threads));
  const columns = rising(cells.map(({ cell }) => cell.connections));
  const values = cells.flatMap((cell) => of(cell) ?? []);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return {
    kind: 'heat',
    description: w.heat.description(name, values.length),
    rowLabel: w.threads,
    columnLabel: `${name} · ${w.connections}`,
    rows: rows.map(String),
    columns: columns.map(String),
    cells: cells.flatMap((cell) => {
      const value = of(cell);
      if (value === null) return [];
      return [
        {
          row: rows.indexOf(cell.cell.threads),
          column: columns.indexOf(cell.cell.connections),
          level: high === low ? 0.5 : (value - low) / (high - low),
          label: format(value),
          tip: w.heat.tip(cellName(cell.cell), name, format(value)),
        },
      ];
    }),
  };
}
