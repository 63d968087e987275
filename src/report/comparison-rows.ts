import type { CellComparison, Comparison, MetricComparison } from '../compare/comparison.ts';
import { cellName } from '../model/run.ts';
import type { Messages } from './messages/messages.ts';
import { NONE } from './quantities.ts';

/** One cell's figures side by side. */
export interface ComparisonTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** A table of a session; columns of `left` hold words. */
export interface SessionTable extends ComparisonTable {
  readonly left: ReadonlySet<number>;
}

/** A table for each cell; the last column of a metric that only describes is in parentheses. */
export function comparisonTables(
  { cells, before, after }: Comparison,
  messages: Messages,
): readonly ComparisonTable[] {
  const { comparison: w, note, quantities: q } = messages;
  return cells.map((cell) => ({
    title: cellTitle(cell, before, after, w),
    header: [w.metric, w.before, w.after, w.change, w.interval(q.short(0.95)), w.verdict],
    rows: Object.values(cell.metrics).map((metric) => [
      ...figureCells(metric, messages),
      verdictCell(metric, messages),
    ]),
    notes: cell.notes.map(note),
  }));
}

function cellTitle(
  { cell, before, after, verdict }: CellComparison,
  nameBefore: string,
  nameAfter: string,
  w: Messages['comparison'],
): string {
  const made = w.validRuns(before.valid, nameBefore, after.valid, nameAfter);
  return w.cell(cellName(cell), w.verdicts[verdict], made);
}

/** A metric's name, both sides, the change and its interval. */
export function figureCells(
  { key, unit, before, after, ratio, low, high }: MetricComparison,
  messages: Messages,
): readonly string[] {
  const q = messages.quantities;
  const value = (amount: number): string => (unit === 'ms' ? q.duration(amount) : q.rate(amount));
  return [
    messages.metric(key),
    value(before),
    value(after),
    q.change(ratio),
    changeRange(low, high, messages),
  ];
}

/** In parentheses where the metric only describes. */
export function verdictCell({ verdict, gating }: MetricComparison, { comparison: w }: Messages): string {
  return gating ? w.verdicts[verdict] : w.descriptive(w.verdicts[verdict]);
}

/** An interval of ratios as changes; a dash where there is none. */
export function changeRange(
  low: number | null,
  high: number | null,
  { comparison, quantities: q }: Messages,
): string {
  return low === null || high === null ? NONE : comparison.range(q.change(low), q.change(high));
}
