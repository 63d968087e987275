import type { WrkFigures } from '../measure/as/wrk-figures.ts';
import type { RunSeries } from '../measure/run-series.ts';
import type { RunSummary } from '../measure/run-summary.ts';
import type { ServerFacts } from '../measure/server/server-facts.ts';

/** A run with everything that a report tells of it. */
export interface ReportedRun {
  readonly summary: RunSummary;
  readonly series: RunSeries;
  readonly wrk: WrkFigures;
  readonly server: ServerFacts;
  /** The same as the last capture of this server's traffic found it; null when the tape has none. */
  readonly recordedServer: { readonly at: string; readonly facts: ServerFacts } | null;
  /** The version of reprise that made it. */
  readonly toolVersion: string;
}

/** When a recorded exchange that ended `ok` was done, from its arrival at the recorder. */
export interface RecordedTiming {
  readonly e2elMs: number;
}

/** What a report of runs is made from. */
export interface RunsReport {
  /** The tape's file, as the user named it. */
  readonly tape: string;
  readonly runs: readonly ReportedRun[];
  /** By the exchange's id, for the requests in the runs' samples. */
  readonly recorded: ReadonlyMap<number, RecordedTiming>;
  /** What the user wants said on top; empty says nothing. */
  readonly note: string;
  /** The route that most exchanges took. */
  readonly path: string;
  /** Of the reprise that writes the report. */
  readonly toolVersion: string;
}
