/** One setting of a matrix: wrk's threads × connections. */
export interface Cell {
  readonly threads: number;
  readonly connections: number;
}

/** Everything that decides what a run sends; kept in full with the run so that it can be repeated. */
export interface RunSettings {
  /** Stop sending after this many microseconds; null when `requests` decides. */
  readonly durationUs: number | null;
  /** Send this many requests in all; null when `durationUs` decides. */
  readonly requests: number | null;
  /** A request without a complete answer after this long ends as `timeout`, microseconds. */
  readonly timeoutUs: number;
  /** Counts from 1 within the cell and label. */
  readonly repeat: number;
  /** Number of exchanges of the tape that are replayed, in recorded order, over and over. */
  readonly exchanges: number;
  /** Exchanges left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** What is known of a run when it starts. */
export interface RunStart {
  readonly label: string;
  readonly target: string;
  readonly cell: Cell;
  readonly startedAtMs: number;
  /** Monotonic clock at the run's start, microseconds: the zero of all instants of its results. */
  readonly startedUs: number;
  readonly settings: RunSettings;
  readonly toolVersion: string;
}

/** How the load generator itself fared: it decides whether the run's figures may be believed. */
export interface RunHealth {
  /** Connections that were open when the clock started. */
  readonly connectionsOpen: number;
  /** Delay of the sender's event loop beyond its timer, milliseconds. */
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  /** Share of wall time the sender's loop was busy, 0 to 1. */
  readonly loopUtilization: number;
  /** CPU time of the whole process during the run, seconds. */
  readonly cpuSeconds: number;
  /** Share of the asked connection-time that held a request while the load was on, 0 to 1 (Little's law). */
  readonly occupancy: number;
}

/** What is known of a run when it has drained. */
export interface RunEnd {
  /** Microseconds from the run's start to the end of sending: what rates are divided by. */
  readonly windowUs: number;
  /** Microseconds from the run's start to the last answer. */
  readonly endedUs: number;
  readonly stoppedEarly: boolean;
  readonly health: RunHealth;
  /** Reasons why its figures must not be used, empty when valid. */
  readonly invalidReasons: readonly string[];
}

/** One replay of exchanges against one target with one setting, as read from a tape. */
export interface Run extends RunStart {
  readonly id: number;
  /** Null while it is going on and after a crash. */
  readonly end: RunEnd | null;
}

/** A run is valid when it ended and nothing speaks against its figures. */
export function isValid(run: Run): boolean {
  return run.end !== null && run.end.invalidReasons.length === 0;
}
