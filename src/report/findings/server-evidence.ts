import type { Cell } from '../../model/run.ts';

/** How long requests of a cell waited in the server's queue, by the server's own count. */
export interface CellQueueing {
  readonly cell: Cell;
  /** Mean over requests; median over runs. */
  readonly queueMs: number;
  /** Of the server's own end-to-end time. */
  readonly share: number;
}

/** What a run found in the server's prefix cache. */
export interface RunHits {
  readonly run: number;
  /** 0 to 1 */
  readonly hitRate: number;
  /** p50; null where nothing was streamed, or too little. */
  readonly ttftMs: number | null;
}

/** What the rules about the server's own figures can find. */
export interface ServerEvidence {
  queueing: {
    /** The first in the order of the load that queued. */
    readonly from: CellQueueing;
    readonly cells: readonly CellQueueing[];
    readonly limit: number;
  };
  noQueueing: { readonly most: CellQueueing; readonly cells: number; readonly limit: number };
  preemptions: { readonly cells: readonly { readonly cell: Cell; readonly preemptions: number }[] };
  prefixCache: {
    readonly hitRate: number;
    /** The cells with the least and the most; null of a single one. */
    readonly range: {
      readonly low: { readonly cell: Cell; readonly hitRate: number };
      readonly high: { readonly cell: Cell; readonly hitRate: number };
    } | null;
    readonly hits: number;
    readonly queries: number;
    readonly unit: 'tokens' | 'blocks';
  };
  prefixWarmed: {
    readonly cell: Cell;
    readonly first: RunHits;
    readonly last: RunHits;
    readonly margin: number;
  };
  causeUnknown: { readonly asked: boolean };
}
