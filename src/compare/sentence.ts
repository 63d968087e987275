import { cellName } from '../model/run.ts';
import { RUNS_WANTED } from './compare-cell.ts';
import { MARGIN } from './compared-metrics.ts';
import type { CellComparison, MetricComparison, Verdict } from './comparison.ts';
import { hasFewRuns, strongestFigure } from './comparison-claim.ts';
import { change, shortPercent } from './percentages.ts';

/** The verdict in one sentence, with the figure that carries it. */
export function sentenceOf(
  verdict: Verdict,
  names: { readonly before: string; readonly after: string },
  cells: readonly CellComparison[],
): string {
  const { before, after } = names;
  switch (verdict) {
    case 'regression':
      return `${after} is slower than ${before}: ${strongest(cells, 'regression')}${mixed(cells)}.`;
    case 'improvement':
      return `${after} is faster than ${before}: ${strongest(cells, 'improvement')}.`;
    case 'equivalent':
      return `${after} is as fast as ${before}: every difference is surely below ${margins()}.`;
    case 'small':
      return `${after} differs from ${before} by less than matters: ${strongest(cells, 'small')}, below ${margins()}.`;
    case 'inconclusive':
      return inconclusive(names, cells);
    case 'invalid':
      return cells.length === 0
        ? `${before} and ${after} have no cell in common, so nothing can be compared.`
        : `${before} and ${after} cannot be compared: their runs are not valid, their answers differ in length, or the machine drifted.`;
  }
}

function inconclusive(
  { before, after }: { readonly before: string; readonly after: string },
  cells: readonly CellComparison[],
): string {
  return hasFewRuns(cells)
    ? `No verdict is given: a verdict wants at least ${RUNS_WANTED} valid runs of ${before} and of ${after} in every ` +
        `cell; replay both with --repeat ${RUNS_WANTED} or more.`
    : `The runs do not say whether ${after} is faster or slower than ${before}: the intervals reach beyond ` +
        `${margins()}; more runs of each would narrow them.`;
}

function strongest(cells: readonly CellComparison[], verdict: Verdict): string {
  const found = strongestFigure(cells, verdict);
  if (found === undefined) return 'see the figures';
  const { cell, metric } = found;
  return `${metric.title} ${withInterval(metric)} at ${cellName(cell)}`;
}

/** Improvements beside a regression must not go unsaid. */
function mixed(cells: readonly CellComparison[]): string {
  return strongestFigure(cells, 'improvement') === undefined
    ? ''
    : `, though it is faster by another measure (${strongest(cells, 'improvement')})`;
}

function withInterval({ ratio, low, high }: MetricComparison): string {
  const range = low === null || high === null ? '' : ` (95 % interval ${change(low)} to ${change(high)})`;
  return `${change(ratio)}${range}`;
}

function margins(): string {
  return `${shortPercent(MARGIN.lower)} of latency and ${shortPercent(MARGIN.higher)} of throughput`;
}
