import type { Comparison } from '../compare/compare-runs.ts';
import type { ComparedKey } from '../compare/compared-metrics.ts';
import type { ServerDifference } from '../compare/servers/server-differences.ts';
import type { SettingDifference } from '../compare/setting-differences.ts';
import type { DrawnKey } from '../measure/metric-table.ts';
import type { RunSummary } from '../measure/run-summary.ts';
import type { ChunkTimes } from '../model/chunk-times.ts';
import type { Exchange } from '../model/exchange.ts';
import type { InvalidReason } from '../model/note.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Result } from '../model/result.ts';
import type { Cell } from '../model/run.ts';
import type { RunsReport, TrafficReport } from '../report/runs-report.ts';

/** A tape in the list of tapes. */
export interface TapeRow {
  /** Its path below the folder that is served, or its file's name: what addresses call it. */
  readonly name: string;
  /** As the command line takes it. */
  readonly path: string;
  readonly bytes: number;
  /** When it was last written, ms since 1970. */
  readonly changedMs: number;
  /** It was written in the last seconds. */
  readonly isWritten: boolean;
  /** What is on it; null while it has not been read yet. */
  readonly contents: TapeContents | null;
  /** Why it cannot be read, a sentence; null when it can. */
  readonly problem: string | null;
}

export interface TapeContents {
  readonly exchanges: number;
  readonly captures: readonly CaptureRow[];
  readonly runs: readonly RunRow[];
}

export interface CaptureRow {
  readonly id: number;
  readonly startedAtMs: number;
  /** Null while it goes on, and after a crash. */
  readonly endedAtMs: number | null;
  readonly upstream: string;
}

/** A run in the list of runs. */
export interface RunRow {
  readonly id: number;
  readonly label: string;
  readonly target: string;
  readonly cell: Cell;
  readonly repeat: number;
  readonly startedAtMs: number;
  /** Length to the last answer, ms; null while it goes on, and after a crash. */
  readonly lengthMs: number | null;
  readonly valid: boolean;
  /** As the server reported them; null where it was not asked. */
  readonly version: string | null;
  readonly model: string | null;
}

/** The figures of a run that lists show: those of its report. */
export interface RunFigures {
  /** Null where they cannot be read. */
  readonly requests: number | null;
  readonly errors: number | null;
  /** What runs are compared by; null where the run has no such figure, or too few requests for it. */
  readonly values: Readonly<Partial<Record<ComparedKey, number | null>>>;
  /** Answers per second over the run, from its start to its end, in equal steps. */
  readonly spark: readonly number[];
}

/** How a recording or a run that has no end on the tape is doing. */
export const LIVE_STATES = ['running', 'ended', 'killed', 'silent'] as const;

export type LiveState = (typeof LIVE_STATES)[number];

/** What ended this long ago is still shown, ms. */
export const SHOWN_AFTER_MS = 600_000;

/** How something is going. */
export interface LiveFigures {
  /** Of a run: its figures so far, or at its end those of its report; of a recording: over the last minute. */
  readonly figures: RunFigures;
  /** Mean number of requests in flight over the last seconds; null when none ended in them. */
  readonly inFlight: number | null;
  /** Over the last seconds. */
  readonly requestsPerSec: number;
  readonly tokensPerSec: number;
}

/** What is going on, or has just ended, on a tape. */
export interface LiveRow extends LiveFigures {
  readonly tape: string;
  readonly kind: 'run' | 'capture';
  readonly id: number;
  readonly state: LiveState;
  /** Why a run that has ended is not valid; empty of anything else. */
  readonly invalidReasons: readonly InvalidReason[];
  /** A run's label; a recording's server. */
  readonly name: string;
  readonly cell: Cell | null;
  readonly startedAtMs: number;
  readonly elapsedMs: number;
  /** How long it is going to take, where that is known, ms. */
  readonly plannedMs: number | null;
  readonly plannedRequests: number | null;
  /** Since the tape was last written, ms. */
  readonly quietMs: number;
}

/** How the estimate of a judged metric at a load went as runs were made. Ratios are after ÷ before. */
export interface EstimateCourse {
  /** The key of the load. */
  readonly cell: string;
  readonly key: ComparedKey;
  readonly points: readonly {
    readonly made: number;
    readonly ratio: number;
    readonly low: number;
    readonly high: number;
  }[];
}

/** Two labels whose runs are being made, as far as they can be compared by now. */
export interface LiveComparison {
  readonly tape: string;
  readonly estimate: Pick<Comparison, 'before' | 'after' | 'cells'>;
  /** Whether the runs are pairs, as `ab` makes them. */
  readonly paired: boolean;
  /** Complete runs, or pairs. */
  readonly made: number;
  readonly courses: readonly EstimateCourse[];
}

export interface LiveView {
  readonly atMs: number;
  readonly rows: readonly LiveRow[];
  readonly comparisons: readonly LiveComparison[];
}

/** Some runs of a tape: a label, or IDs such as `1,2,3`. */
export interface SideName {
  readonly tape: string;
  readonly runs: string;
}

export interface ComparedSide extends SideName {
  /** What the page calls it. */
  readonly name: string;
  readonly path: string;
  readonly summaries: readonly RunSummary[];
  /** Of the same runs, as their tape numbers them. */
  readonly ids: readonly number[];
}

/** Sides against the first of them. */
export interface Compared {
  readonly sides: readonly ComparedSide[];
  /** One less than sides. */
  readonly against: readonly {
    readonly comparison: Comparison;
    readonly settings: readonly SettingDifference[];
    /** Null where a server was not asked, or said nothing. */
    readonly servers: readonly ServerDifference[] | null;
  }[];
}

/** Which of the rows are shown. */
export interface ListQuery {
  readonly outcome: Outcome | null;
  readonly model: string | null;
  readonly path: string | null;
  readonly status: number | null;
  /** From the start of the capture or run, ms. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Requests of a run that ended `ok` with a metric above `least` and up to `most`, ms. */
  readonly within: { readonly metric: DrawnKey; readonly least: number; readonly most: number } | null;
  readonly order: 'begun' | 'longest';
  /** From 1. */
  readonly page: number;
}

export const PAGE_ROWS = 100;

export interface Listed<Row> {
  readonly rows: readonly Row[];
  readonly count: number;
}

/** What a server said of itself, by the edge of the run or capture. */
export interface EdgeFacts {
  readonly edge: 'start' | 'end';
  readonly atMs: number;
  /** Names with values, of `/metrics` and `/version`. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

export interface ExchangeDetail {
  readonly exchange: Exchange;
  readonly chunks: ChunkTimes;
  /** Null where bodies are hidden. */
  readonly bodies: { readonly request: string; readonly response: string } | null;
  readonly server: readonly EdgeFacts[];
}

export interface RequestDetail {
  readonly result: Result;
  readonly chunks: ChunkTimes;
  readonly server: readonly EdgeFacts[];
}

/**
 * Tapes as the pages see them: read, never changed. A tape, a run or a request that is not there, or that cannot be read,
 * is a rejection with a UserError.
 */
export interface Shelf {
  readonly showsBodies: boolean;
  /** What was given to `reprise serve`. */
  readonly given: readonly string[];
  readonly toolVersion: string;
  /** All tapes; what takes longer than a moment to read is left out until it is there. */
  tapes(): Promise<readonly TapeRow[]>;
  /** The figures of a run, or null while they are being computed. */
  figuresOf(tape: string, run: RunRow): RunFigures | null;
  traffic(tape: string): Promise<TrafficReport>;
  report(side: SideName): Promise<RunsReport>;
  compare(sides: readonly SideName[]): Promise<Compared>;
  exchanges(tape: string, query: ListQuery): Promise<Listed<Exchange>>;
  exchange(tape: string, id: number): Promise<ExchangeDetail>;
  requests(tape: string, runs: readonly number[], query: ListQuery): Promise<Listed<Result>>;
  request(tape: string, run: number, seq: number): Promise<RequestDetail>;
  live(): Promise<LiveView>;
}
