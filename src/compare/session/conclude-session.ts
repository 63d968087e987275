import type { Margins } from '../compared-metrics.ts';
import type { Verdict } from '../comparison.ts';
import type { Sides } from '../conclusion.ts';
import { FEWEST_PAIRS } from '../statistics/power.ts';
import type { PairedCell, PairedMetricComparison } from './paired-comparison.ts';
import type { PairedChange, SessionConclusion } from './session-conclusion.ts';

/** What a conclusion is drawn from. */
export interface JudgedSession {
  readonly verdict: Verdict;
  readonly cells: readonly PairedCell[];
  readonly margins: Margins;
  /** Whether a look is due; without one the figures are an estimate. */
  readonly atLook: boolean;
  readonly level: number;
}

/** A metric of a cell that a conclusion is about. */
interface Figure {
  readonly metric: PairedMetricComparison;
  readonly cell: PairedCell;
}

/** What follows from a session, and the figure that it stands on. */
export function concludeSession(sides: Sides, session: JudgedSession): SessionConclusion {
  const { verdict, cells, margins, level } = session;
  if (verdict === 'invalid') {
    return { kind: verdict, finding: cells.flatMap(({ invalid }) => invalid)[0] ?? null };
  }
  const figure = session.atLook ? figureOf(cells, verdict) : leastSure(cells, 'inconclusive');
  if (figure === null) return session.atLook ? { kind: 'open', ...sides } : { kind: 'noValidPair' };
  const { metric } = figure;
  const told = { ...sides, change: changeOf(figure, level) };
  if (!session.atLook) return { kind: 'estimate', ...told };
  const margin = margins[metric.better];
  switch (verdict) {
    case 'regression': {
      const improved = deciding(cells, 'improvement')?.metric;
      return {
        kind: verdict,
        ...told,
        improved: improved === undefined ? null : { metric: improved.key, ratio: improved.ratio },
      };
    }
    case 'improvement':
      return { kind: verdict, ...told };
    case 'equivalent': {
      const change = { ...told.change, ...metric.equivalence, level: 2 * level - 1 };
      return { kind: verdict, ...told, change, margin };
    }
    case 'small':
      return { kind: verdict, ...told, margin };
    case 'inconclusive': {
      const { detectable, pairsNeeded } = metric;
      if (detectable === null) return { kind: 'tooFewPairs', ...sides, needed: FEWEST_PAIRS };
      return { kind: verdict, ...told, margin, detectable, pairsNeeded };
    }
  }
}

function figureOf(cells: readonly PairedCell[], verdict: Verdict): Figure | null {
  return verdict === 'regression' || verdict === 'improvement'
    ? deciding(cells, verdict)
    : leastSure(cells, verdict);
}

function changeOf({ metric, cell: { cell } }: Figure, level: number): PairedChange {
  const { key, better, ratio, low, high, pairs } = metric;
  return { metric: key, better, cell, ratio, low, high, level, pairs: pairs.length };
}

/** The primary metric where it has that verdict, or else the gating one that moved most. */
function deciding(cells: readonly PairedCell[], verdict: Verdict): Figure | null {
  const figures = cells
    .flatMap((cell) => Object.values(cell.metrics).map((metric) => ({ metric, cell })))
    .filter(({ metric }) => metric.gating && metric.verdict === verdict)
    .sort((a, b) => Math.abs(Math.log(b.metric.ratio)) - Math.abs(Math.log(a.metric.ratio)));
  return figures.find(({ metric, cell }) => metric.key === cell.primary) ?? figures[0] ?? null;
}

/** The primary metric of the cell with that verdict in which it is the least sure. */
function leastSure(cells: readonly PairedCell[], verdict: Verdict): Figure | null {
  const width = ({ metric: { low, high } }: Figure): number =>
    low === null || high === null ? Infinity : high / low;
  const figures = cells
    .filter((cell) => cell.verdict === verdict)
    .flatMap((cell) => {
      const metric = cell.primary === null ? undefined : cell.metrics[cell.primary];
      return metric === undefined ? [] : [{ metric, cell }];
    });
  return figures.sort((a, b) => width(b) - width(a))[0] ?? null;
}
