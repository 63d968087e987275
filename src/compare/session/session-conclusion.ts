import type { NoFacts, Note } from '../../model/note.ts';
import type { ComparedKey } from '../compared-metrics.ts';
import type { CellChange, Sides } from '../conclusion.ts';
import type { Invalidity } from './invalidity.ts';

/** How a metric changed over the pairs of one cell. */
export interface PairedChange extends CellChange {
  readonly better: 'lower' | 'higher';
  /** Of the interval: 0.95, or another one of a sequential session. */
  readonly level: number;
  readonly pairs: number;
}

/** What an A/B session concludes, and the figures that it stands on. Margins are shares. */
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
