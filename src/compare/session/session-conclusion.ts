import type { NoFacts, Note } from '../../model/note.ts';
import type { ComparedKey, Margins } from '../compared-metrics.ts';
import type { CellChange, Sides } from '../conclusion.ts';
import type { Verdict } from '../judge.ts';
import { FEWEST_PAIRS } from '../statistics/power.ts';
import type { Invalidity } from './invalidity.ts';
import type { PairedCell, PairedMetricComparison } from './paired-cell.ts';

/** How a metric changed over the pairs of one cell. */
export interface PairedChange extends CellChange {
  readonly better: 'lower' | 'higher';
  /** Of the interval: 0.95, or another one of a sequential session. */
  readonly level: number;
  readonly pairs: number;
}

/** What an A/B session concludes, and the figures behind it. Margins are shares. */
export interface SessionConclusions {
  /** The first finding that forbids a verdict; null where nothing was measured. */
  invalid: { readonly finding: Invalidity | null };
  /** Between the interim looks. */
  noValidPair: NoFacts;
  estimate: Sides & { readonly change: PairedChange };
  /** `improved` is another metric that got better, which must not go unsaid. */
  regression: Sides & {
    readonly change: PairedChange;
    readonly improved: { readonly metric: ComparedKey; readonly ratio: number } | null;
  };
  improvement: Sides & { readonly change: PairedChange };
  /** The interval is that of the equivalence test, of level 1 - 2α. */
  equivalent: Sides & { readonly change: PairedChange; readonly margin: number };
  small: Sides & { readonly change: PairedChange; readonly margin: number };
  /**
   * `detectable` is the change that as many pairs find four times in five; `pairsNeeded` are the additional pairs for a
   * verdict, null when it takes more than 1000.
   */
  inconclusive: Sides & {
    readonly change: PairedChange;
    readonly margin: number;
    readonly detectable: number;
    readonly pairsNeeded: number | null;
  };
  tooFewPairs: Sides & { readonly needed: number };
  /** No cell has a primary metric to conclude from. */
  open: Sides;
}

export type SessionConclusion = Note<SessionConclusions>;

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

/** The conclusion of a session, and the figure behind it. */
export function concludeSession(sides: Sides, session: JudgedSession): SessionConclusion {
  const { verdict, cells, margins, level } = session;
  if (verdict === 'invalid') {
    return { kind: verdict, finding: cells.flatMap(({ invalid }) => invalid)[0] ?? null };
  }
  const figure = session.atLook ? figureOf(cells, verdict) : leastSure(cells, 'inconclusive');
  if (figure === null) return session.atLook ? { kind: 'open', ...sides } : { kind: 'noValidPair' };
  const { metric } = figure;
  const facts = { ...sides, change: changeOf(figure, level) };
  if (!session.atLook) return { kind: 'estimate', ...facts };
  const margin = margins[metric.better];
  switch (verdict) {
    case 'regression': {
      const improved = deciding(cells, 'improvement')?.metric;
      return {
        kind: verdict,
        ...facts,
        improved: improved === undefined ? null : { metric: improved.key, ratio: improved.ratio },
      };
    }
    case 'improvement':
      return { kind: verdict, ...facts };
    case 'equivalent': {
      const change = { ...facts.change, ...metric.equivalence, level: 2 * level - 1 };
      return { kind: verdict, ...facts, change, margin };
    }
    case 'small':
      return { kind: verdict, ...facts, margin };
    case 'inconclusive': {
      const { detectable, pairsNeeded } = metric;
      if (detectable === null) return { kind: 'tooFewPairs', ...sides, needed: FEWEST_PAIRS };
      return { kind: verdict, ...facts, margin, detectable, pairsNeeded };
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
