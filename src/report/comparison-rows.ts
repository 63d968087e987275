import type { CellComparison, Comparison, MetricComparison, Verdict } from '../compare/comparison.ts';
import { cellName } from '../model/run.ts';
import { change, duration, rate } from './quantities.ts';

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

/** The verdict's words for people; the closed list's own words stand in JSON. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  regression: 'regression',
  improvement: 'improvement',
  equivalent: 'equivalent',
  small: 'real but small',
  inconclusive: 'inconclusive',
  invalid: 'invalid',
};

/** A table for each cell; the last column of a metric that only describes is in parentheses. */
export function comparisonTables({ cells, before, after }: Comparison): readonly ComparisonTable[] {
  return cells.map((cell) => ({
    title: cellTitle(cell, before, after),
    header: ['metric', 'before', 'after', 'change', '95 % interval', 'verdict'],
    rows: Object.values(cell.metrics).map(metricRow),
    notes: cell.notes,
  }));
}

function cellTitle(
  { cell, before, after, verdict }: CellComparison,
  nameBefore: string,
  nameAfter: string,
): string {
  const runs = `${before.valid} valid runs of ${nameBefore}, ${after.valid} of ${nameAfter}`;
  return `${cellName(cell)}: ${VERDICT_WORDS[verdict]} (${runs})`;
}

function metricRow(metric: MetricComparison): readonly string[] {
  return [...figureCells(metric), verdictCell(metric)];
}

/** A metric's name, both sides, the change and its interval. */
export function figureCells({
  title,
  unit,
  before,
  after,
  ratio,
  low,
  high,
}: MetricComparison): readonly string[] {
  const value = (amount: number): string => (unit === 'ms' ? duration(amount) : rate(amount));
  return [title, value(before), value(after), change(ratio), changeRange(low, high)];
}

/** In parentheses where the metric only describes. */
export function verdictCell({ verdict, gating }: MetricComparison): string {
  return gating ? VERDICT_WORDS[verdict] : `(${VERDICT_WORDS[verdict]})`;
}

/** An interval of ratios as changes; a dash where there is none. */
export function changeRange(low: number | null, high: number | null): string {
  return low === null || high === null ? '–' : `${change(low)} to ${change(high)}`;
}
