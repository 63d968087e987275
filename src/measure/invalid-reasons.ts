import type { InvalidReason } from '../model/note.ts';
import type { RunHealth } from '../model/run.ts';
import type { RunSummary } from './run-summary.ts';

/** Beyond these the generator, not the server, may have made the figures. docs/metrics.md has the reasons. */
const LIMITS = {
  /** Share of the asked connection-time that held a request (Little's law in a closed loop). */
  occupancy: 0.98,
  loopUtilization: 0.8,
  errorShare: 0.01,
  /** Requests that a cap held back: with more of them the loop was closed. */
  lateByCapShare: 0.01,
  /** A stamp may be late by this much at the 99th percentile, ms, or by this share of TTFT, but by no token gap. */
  loopDelayMs: 5,
  loopDelayShare: 0.1,
  /** A request may leave behind its plan by this much at the 99th percentile, ms, or by this share of TTFT. */
  lagMs: 1,
  lagShare: 0.01,
  /** Until all connections send, as a share of the window; shorter ramps than this many ms are none. */
  rampShare: 0.05,
  rampMs: 100,
} as const;

/**
 * Why a run's figures must not be used, each reason with the figure, its limit and what to do; empty is valid.
 * A server that is slow, queues or stalls is what a run measures, and is no reason.
 */
export function invalidReasons(summary: RunSummary): readonly InvalidReason[] {
  const { health } = summary;
  return [
    ...(summary.stoppedEarly ? [{ kind: 'stoppedEarly', afterMs: summary.durationMs } as const] : []),
    ...answerReasons(summary),
    ...(health === null ? [] : [...senderReasons(summary, health), ...loadReasons(summary, health)]),
  ];
}

/** Reasons that only the load generator has caused; none of them is a figure of the server. */
export const OF_CLIENT: ReadonlySet<InvalidReason['kind']> = new Set([
  'connectionsIdle',
  'loopBusy',
  'loopLate',
  'requestsLate',
  'startSkewed',
]);

/** Whether a run is invalid by the load generator alone, so that it can be made again without choosing by its figures. */
export function isSpoiledByClient(reasons: readonly InvalidReason[]): boolean {
  return reasons.length > 0 && reasons.every(({ kind }) => OF_CLIENT.has(kind));
}

function answerReasons(summary: RunSummary): InvalidReason[] {
  const { requests, errors, plannedAborts, outcomes, errorKinds, server, health } = summary;
  // wrk's semantics drop what is in flight at the end: it has kept the connections busy.
  if (requests === 0) return [{ kind: (health?.occupancy ?? 0) > 0 ? 'noneAnswered' : 'noRequestSent' }];
  const reasons: InvalidReason[] = [];
  if ((outcomes.ok ?? 0) === 0 && plannedAborts < requests) reasons.push({ kind: 'noneSucceeded' });
  const counted = requests - plannedAborts;
  const limit = LIMITS.errorShare;
  if (errors > counted * limit) {
    const [most] = errorKinds;
    const mostOften =
      most === undefined
        ? null
        : { outcome: most.outcome, status: most.status, code: most.code, error: most.error };
    reasons.push({ kind: 'requestsFailed', failed: errors, requests: counted, limit, mostOften });
  }
  if (server?.restarted === true) reasons.push({ kind: 'serverRestarted' });
  return reasons;
}

/** What shows that the sender, not the server, was slow. */
function senderReasons(summary: RunSummary, health: RunHealth): InvalidReason[] {
  const { cell, settings } = summary;
  const tryWorkers = 2 * settings.workers;
  const reasons: InvalidReason[] = [];
  const asked = connectionsAsked(summary);
  const { connectionsOpen: open, loopUtilization: utilization, loopDelayP99Ms, scheduleLagP99Ms } = health;
  if (open < asked) reasons.push({ kind: 'connectionsMissing', open, asked });
  const occupancy = health.occupancy === null ? 1 : (health.occupancy * cell.connections) / asked;
  if (occupancy < LIMITS.occupancy) {
    reasons.push({ kind: 'connectionsIdle', occupancy, limit: LIMITS.occupancy, tryWorkers });
  }
  if (utilization > LIMITS.loopUtilization) {
    reasons.push({ kind: 'loopBusy', utilization, limit: LIMITS.loopUtilization, tryWorkers });
  }
  const delayLimitMs = loopDelayLimitMs(summary);
  if (loopDelayP99Ms > delayLimitMs) {
    reasons.push({ kind: 'loopLate', p99Ms: loopDelayP99Ms, limitMs: delayLimitMs, tryWorkers });
  }
  const lagLimitMs = Math.max(LIMITS.lagMs, LIMITS.lagShare * (firstAnswerMs(summary) ?? 0));
  // A cap that holds requests back makes them late too, and has its own reason.
  if (scheduleLagP99Ms !== null && scheduleLagP99Ms > lagLimitMs && !isThrottled(summary, health)) {
    reasons.push({ kind: 'requestsLate', p99Ms: scheduleLagP99Ms, limitMs: lagLimitMs, tryWorkers });
  }
  return reasons;
}

/** What shows that the load was not the one that the figures are reported for. */
function loadReasons(summary: RunSummary, health: RunHealth): InvalidReason[] {
  const { durationMs, settings, requests } = summary;
  const { lateByCap: waited, rampMs, drainMs } = health;
  const reasons: InvalidReason[] = [];
  if (isThrottled(summary, health)) {
    reasons.push({ kind: 'throttled', waited, requests, limit: LIMITS.lateByCapShare });
  }
  const limitMs = Math.max(LIMITS.rampMs, LIMITS.rampShare * durationMs);
  if (rampMs !== null && rampMs > limitMs) reasons.push({ kind: 'slowRamp', rampMs, limitMs });
  const drains = settings.load.kind === 'open' || settings.load.semantics === 'drain';
  if (settings.durationUs !== null && drains && drainMs > durationMs) {
    reasons.push({ kind: 'longDrain', drainMs, windowMs: durationMs });
  }
  return reasons;
}

/** wrk gives each thread a whole number of connections and forgets the rest. */
function connectionsAsked({ cell: { threads, connections }, settings: { load } }: RunSummary): number {
  const isWrk = load.kind === 'closed' && load.semantics === 'wrk';
  return isWrk ? threads * Math.floor(connections / threads) : connections;
}

function isThrottled({ requests }: RunSummary, { lateByCap }: RunHealth): boolean {
  return lateByCap > requests * LIMITS.lateByCapShare;
}

/** A delay of a tenth of TTFT shows in it, one of a token's gap makes the gaps a matter of chance. */
function loopDelayLimitMs(summary: RunSummary): number {
  const share = LIMITS.loopDelayShare * (firstAnswerMs(summary) ?? 0);
  return Math.max(LIMITS.loopDelayMs, Math.min(share, summary.itlMs.p50 ?? Number.POSITIVE_INFINITY));
}

/** The shortest time that the run measures per request: median TTFT, or E2EL where nothing was streamed. */
function firstAnswerMs({ ttftMs, e2elMs }: RunSummary): number | null {
  return ttftMs.p50 ?? e2elMs.p50;
}
