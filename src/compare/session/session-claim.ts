import type { Verdict } from '../comparison.ts';
import type { PairedCell, PairedComparison, PairedMetricComparison } from './paired-comparison.ts';

/** What a session's sentence is made of. */
export type SessionFigures = Omit<PairedComparison, 'sentence' | 'metrics' | 'notes'>;

/** A metric of a cell that a sentence is about. */
export interface Figure {
  readonly key: string;
  readonly metric: PairedMetricComparison;
  readonly cell: PairedCell;
}

/** What a session's sentence says, before any language has words for it. */
export interface SessionClaim {
  /** `estimate` between the looks. */
  readonly kind: Verdict | 'estimate';
  /** What carries it; absent where nothing was measured. */
  readonly figure: Figure | undefined;
  /** An improvement beside a regression, which must not go unsaid. */
  readonly beside: Figure | undefined;
}

/** What there is to say of a session, and the figure that it stands on. */
export function sessionClaim({ verdict, look, cells }: SessionFigures): SessionClaim {
  if (verdict === 'invalid') return { kind: verdict, figure: undefined, beside: undefined };
  if (look === null) return { kind: 'estimate', figure: primary(cells, 'inconclusive'), beside: undefined };
  const decided = verdict === 'regression' || verdict === 'improvement';
  return {
    kind: verdict,
    figure: decided ? deciding(cells, verdict) : primary(cells, verdict),
    beside: verdict === 'regression' ? deciding(cells, 'improvement') : undefined,
  };
}

/** The primary metric where it has that verdict, or else the gating one that moved most. */
function deciding(cells: readonly PairedCell[], verdict: Verdict): Figure | undefined {
  const figures = cells
    .flatMap((cell) => Object.entries(cell.metrics).map(([key, metric]) => ({ key, metric, cell })))
    .filter(({ metric }) => metric.gating && metric.verdict === verdict)
    .sort((a, b) => Math.abs(Math.log(b.metric.ratio)) - Math.abs(Math.log(a.metric.ratio)));
  return figures.find(({ key, cell }) => key === cell.primary) ?? figures[0];
}

/** The primary metric of the cell in which it is the least sure. */
function primary(cells: readonly PairedCell[], verdict: Verdict): Figure | undefined {
  const width = ({ metric: { low, high } }: Figure): number =>
    low === null || high === null ? Infinity : high / low;
  return cells
    .filter((cell) => cell.verdict === verdict)
    .flatMap((cell) => {
      const metric = cell.primary === null ? undefined : cell.metrics[cell.primary];
      return metric === undefined ? [] : [{ key: cell.primary ?? '', metric, cell }];
    })
    .sort((a, b) => width(b) - width(a))[0];
}
