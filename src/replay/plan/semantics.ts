import type { Cell, Load } from '../../model/run.ts';

/** Where the two kinds of closed loop differ. */
export interface ClosedSemantics {
  /** Connections that are opened, of those that the cell asks for. */
  connections(cell: Cell): number;
  /** The longest an answer may take, microseconds; null for ever. */
  timeoutUs(limitUs: number): number | null;
  /** When sending ends, microseconds since the run's start. */
  endUs(durationUs: number): number;
  /** At the end of sending, what is in flight is cut and never counted; else it drains and counts. */
  readonly dropsAtEnd: boolean;
}

/** wrk's threads look at the clock every 100 ms: its runs last that much longer. */
const WRK_TICK_US = 100_000;

/** All that is known of wrk's semantics (wrk 4.2.0, src/wrk.c) outside of its report. */
export const CLOSED_SEMANTICS: Readonly<Record<'drain' | 'wrk', ClosedSemantics>> = {
  drain: {
    connections: ({ connections }) => connections,
    timeoutUs: (limitUs) => limitUs,
    endUs: (durationUs) => durationUs,
    dropsAtEnd: false,
  },
  wrk: {
    // Every thread gets floor(connections / threads): the remainder is not opened.
    connections: ({ threads, connections }) => connections - (connections % threads),
    // A late answer is counted as a timeout by the report, and still read to its end.
    timeoutUs: () => null,
    endUs: (durationUs) => durationUs + WRK_TICK_US,
    dropsAtEnd: true,
  },
};

/** The rules of a load; an open loop ends as a draining one does. */
export function semanticsOf(load: Load): ClosedSemantics {
  return CLOSED_SEMANTICS[load.kind === 'closed' ? load.semantics : 'drain'];
}
