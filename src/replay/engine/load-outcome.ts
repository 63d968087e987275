import type { LoopHealth } from '../../measure/loop-monitor.ts';

/** What one load did, or one worker's share of it. Instants are microseconds since the run's start. */
export interface LoadOutcome {
  /** When sending ended: the duration, the end of the plan, or the stop. */
  readonly sendingEndedUs: number;
  /** When the last answer was complete. */
  readonly endedUs: number;
  readonly stoppedEarly: boolean;
  /** Connection-time that held a request or a think time until sending ended, microseconds, over all connections. */
  readonly busyUs: number;
  /** When the last connection sent its first request; null in an open loop. */
  readonly rampUs: number | null;
  /** From the planned instant to the sending of each request of an open loop; empty in a closed one. */
  readonly lagsUs: Float64Array;
  /** Requests that waited because the most that may be in flight were. */
  readonly lateByCap: number;
  readonly retried: number;
}

/** What a sender tells of its run. */
export interface SentLoad {
  readonly outcome: LoadOutcome;
  /** Connections that were open when the clock started; fewer than asked make a run invalid. */
  readonly connectionsOpen: number;
  /** Of its event loop while the load ran; of several senders the worst. */
  readonly loop: LoopHealth;
}

/** What the workers' shares are together. */
export function joinOutcomes(parts: readonly LoadOutcome[]): LoadOutcome {
  const most = (of: (part: LoadOutcome) => number): number => Math.max(0, ...parts.map(of));
  const sum = (of: (part: LoadOutcome) => number): number =>
    parts.reduce((total, part) => total + of(part), 0);
  const lagsUs = new Float64Array(sum(({ lagsUs: lags }) => lags.length));
  let at = 0;
  for (const part of parts) {
    lagsUs.set(part.lagsUs, at);
    at += part.lagsUs.length;
  }
  return {
    sendingEndedUs: most((part) => part.sendingEndedUs),
    endedUs: most((part) => part.endedUs),
    stoppedEarly: parts.some(({ stoppedEarly }) => stoppedEarly),
    busyUs: sum((part) => part.busyUs),
    rampUs: parts.every(({ rampUs }) => rampUs === null) ? null : most(({ rampUs }) => rampUs ?? 0),
    lagsUs,
    lateByCap: sum((part) => part.lateByCap),
    retried: sum((part) => part.retried),
  };
}
