import type { ErrorCode } from './error-code.ts';
import type { NoFacts, Note } from './note.ts';
import type { Outcome } from './outcome.ts';

/** A figure of the load generator that was beyond its limit, and the number of threads to try instead. */
type TooSlow<Figures> = Figures & { readonly tryWorkers: number };

/** Why a run's figures must not be used, each with the figure and the limit that it broke. Shares are of 1. */
export interface InvalidReasons {
  stoppedEarly: { readonly afterMs: number };
  noRequestSent: NoFacts;
  noneSucceeded: NoFacts;
  requestsFailed: {
    readonly failed: number;
    readonly requests: number;
    readonly limit: number;
    /** Null where no kind of error is known. */
    readonly mostOften: {
      readonly outcome: Outcome;
      readonly status: number | null;
      readonly code: ErrorCode | null;
      readonly error: string | null;
    } | null;
  };
  serverRestarted: NoFacts;
  connectionsMissing: { readonly open: number; readonly asked: number };
  /** Share of the connection time that held a request (Little's law in a closed loop). */
  connectionsIdle: TooSlow<{ readonly occupancy: number; readonly limit: number }>;
  loopBusy: TooSlow<{ readonly utilization: number; readonly limit: number }>;
  loopLate: TooSlow<{ readonly p99Ms: number; readonly limitMs: number }>;
  requestsLate: TooSlow<{ readonly p99Ms: number; readonly limitMs: number }>;
  /** Requests of an open loop that waited because `maxInFlight` was reached. */
  throttled: { readonly waited: number; readonly requests: number; readonly limit: number };
  slowRamp: { readonly rampMs: number; readonly limitMs: number };
  longDrain: { readonly drainMs: number; readonly windowMs: number };
  resultsLost: { readonly results: number };
  processDied: NoFacts;
}

export type InvalidReason = Note<InvalidReasons>;
