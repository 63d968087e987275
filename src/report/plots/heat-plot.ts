import { MARGIN } from '../../compare/compared-metrics.ts';
import type { RunSummary } from '../../measure/run-summary.ts';
import { cellKey, cellName, isOpenCell } from '../../model/run.ts';
import type { Messages } from '../messages/messages.ts';
import type { HeatMap, Plot } from '../plot/chart.ts';
import { type CellRuns, meanOver, type RunGroup, sumOver } from '../runs-report.ts';

/** One figure of a cell, with how it is written. */
interface HeatFigure {
  readonly name: string;
  readonly of: (cell: CellRuns) => number | null;
  readonly format: (value: number | null) => string;
  /** Times span decades. */
  readonly log?: boolean;
  readonly better: 'lower' | 'higher';
}

/** Numbers of threads and of connections that a matrix needs; the table of tests shows smaller ones as well. */
const FEWEST = 3;

/**
 * The matrix of closed loops in colours, once for each figure: on one scale for all labels or, of two labels, the change.
 * Null of fewer than 3 × 3 loads.
 */
export function heatPlot(groups: readonly RunGroup[], messages: Messages): Plot | null {
  const { plots: w } = messages;
  const figures = figuresIn(messages);
  const matrices = groups.map(({ label, cells }) => ({
    label,
    cells: cells.filter(({ cell }) => !isOpenCell(cell)),
  }));
  const all = matrices.flatMap(({ cells }) => cells);
  const size = (of: 'threads' | 'connections'): number => new Set(all.map(({ cell }) => cell[of])).size;
  if (Math.min(size('threads'), size('connections')) < FEWEST) return null;
  const [before, after] = matrices;
  const shown = figures.filter(({ of }) => all.some((cell) => of(cell) !== null));
  return {
    id: 'heat',
    title: w.heat.title,
    lead: groups.length === 2 ? w.heat.changeLead : w.heat.lead,
    definition: w.heat.definition,
    drawings: shown.flatMap((figure) =>
      groups.length === 2 && before !== undefined && after !== undefined
        ? [changeMap(figure, before.cells, after.cells, messages)]
        : matrices.map(({ label, cells }) =>
            valueMap(
              figure,
              cells,
              all,
              groups.length > 1 ? `${label}: ${figure.name}` : figure.name,
              messages,
            ),
          ),
    ),
    table: {
      header: [w.cell, ...shown.map(({ name }) => name)],
      rows: matrices.flatMap(({ label, cells }) =>
        cells.map((cell) => [
          groups.length > 1 ? `${cellName(cell.cell)} ${label}` : cellName(cell.cell),
          ...shown.map(({ of, format }) => format(of(cell))),
        ]),
      ),
    },
  };
}

function figuresIn({ plots: w, quantities: q }: Messages): readonly HeatFigure[] {
  const mean =
    (of: (run: RunSummary) => number | null) =>
    ({ shown }: CellRuns): number | null =>
      meanOver(shown, of);
  const share = ({ runs }: CellRuns): number | null => {
    const requests = sumOver(runs, (run) => run.requests);
    return (requests === 0 ? 0 : sumOver(runs, ({ errors }) => errors) / requests) || null;
  };
  const time = { format: q.duration, log: true, better: 'lower' } as const;
  return [
    { name: w.heat.rate, of: mean((run) => run.servedRequestsPerSec), format: q.rate, better: 'higher' },
    { name: w.heat.mean, of: mean(({ e2elMs }) => e2elMs.mean), ...time },
    { name: w.heat.ttft, of: mean(({ ttftMs }) => ttftMs.p50), ...time },
    { name: w.heat.errors, of: share, format: q.percent, better: 'lower' },
  ];
}

type HeatCells = Pick<HeatMap, 'rows' | 'columns' | 'cells'>;

function placed(
  cells: readonly CellRuns[],
  look: (cell: CellRuns) => Omit<HeatMap['cells'][number], 'row' | 'column'> | null,
): HeatCells {
  const rising = (numbers: readonly number[]): readonly number[] =>
    [...new Set(numbers)].sort((a, b) => a - b);
  const rows = rising(cells.map(({ cell }) => cell.threads));
  const columns = rising(cells.map(({ cell }) => cell.connections));
  return {
    rows: rows.map(String),
    columns: columns.map(String),
    cells: cells.flatMap((cell) => {
      const drawn = look(cell);
      const place = { row: rows.indexOf(cell.cell.threads), column: columns.indexOf(cell.cell.connections) };
      return drawn === null ? [] : [{ ...place, ...drawn }];
    }),
  };
}

/** @param scale the cells of all labels: equal values have equal shades everywhere */
function valueMap(
  { of, format, log = false }: HeatFigure,
  cells: readonly CellRuns[],
  scale: readonly CellRuns[],
  name: string,
  { plots: w }: Messages,
): HeatMap {
  const at = (value: number): number => (log ? Math.log(value) : value);
  const values = scale.flatMap((cell) => of(cell) ?? []).map(at);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return {
    kind: 'heat',
    description: w.heat.description(name, values.length),
    rowLabel: w.threads,
    columnLabel: `${name} · ${w.connections}`,
    ...placed(cells, (cell) => {
      const value = of(cell);
      if (value === null) return null;
      const shade = high === low ? 0.5 : (at(value) - low) / (high - low);
      return { shade, label: format(value), tip: w.heat.tip(cellName(cell.cell), name, format(value)) };
    }),
  };
}

function changeMap(
  { name, of, format, better }: HeatFigure,
  before: readonly CellRuns[],
  after: readonly CellRuns[],
  { plots: w, quantities: q }: Messages,
): HeatMap {
  return {
    kind: 'heat',
    description: w.heat.description(name, after.length),
    rowLabel: w.threads,
    columnLabel: `${name} · ${w.connections}`,
    ...placed(after, (cell) => {
      const other = before.find((one) => cellKey(one.cell) === cellKey(cell.cell));
      const [from, to] = [other === undefined ? null : of(other), of(cell)];
      if (from === null || to === null || from <= 0) return null;
      const ratio = to / from;
      const isSame = Math.abs(Math.log(ratio)) <= Math.log1p(MARGIN[better]);
      const shade = isSame ? 'same' : ratio > 1 === (better === 'higher') ? 'better' : 'worse';
      const label = q.change(ratio);
      return {
        shade,
        label,
        tip: w.heat.tip(cellName(cell.cell), name, `${format(from)} → ${format(to)} ${label}`),
      };
    }),
  };
}
