import type { RunHealth } from '../model/run.ts';
import type { RunSummary } from './run-summary.ts';

/** Beyond these the generator, not the server, may have made the figures. Reasons stand in docs/metrics.md. */
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
 * Why a run's figures must not be used: one sentence each with the figure, its limit and what to do; empty is valid.
 * A server that is slow, queues or stalls is what a run is there to measure, and no reason.
 */
export function invalidReasons(summary: RunSummary): readonly string[] {
  const { health } = summary;
  return [
    ...(summary.stoppedEarly ? [`it was stopped early, after ${seconds(summary.durationMs)}`] : []),
    ...answerReasons(summary),
    ...(health === null ? [] : [...senderReasons(summary, health), ...loadReasons(summary, health)]),
  ];
}

function answerReasons(summary: RunSummary): string[] {
  const { requests, errors, plannedAborts, outcomes, errorKinds, server } = summary;
  if (requests === 0) return ['no request was sent'];
  const reasons: string[] = [];
  if ((outcomes.ok ?? 0) === 0 && plannedAborts < requests) reasons.push('no request ended ok');
  const counted = requests - plannedAborts;
  if (errors > counted * LIMITS.errorShare) {
    const [most] = errorKinds;
    const kind = [most?.outcome, most?.status, most?.error].filter((word) => word != null).join(' ');
    reasons.push(
      `${errors} of ${counted} requests failed, more than ${percent(LIMITS.errorShare)}` +
        (kind === '' ? '' : `, most often with ${kind}`),
    );
  }
  if (server?.restarted === true) {
    reasons.push('the server was restarted while it ran, so it was not one server: run it again');
  }
  return reasons;
}

/** What shows that the sender, not the server, was slow. */
function senderReasons(summary: RunSummary, health: RunHealth): string[] {
  const { cell, settings } = summary;
  const more = `try --workers ${2 * settings.workers} or a machine with less other work`;
  const reasons: string[] = [];
  const wanted = connectionsWanted(summary);
  if (health.connectionsOpen < wanted) {
    reasons.push(
      `only ${health.connectionsOpen} of ${wanted} connections were open: ` +
        'look for a limit here (ulimit -n), at the server or between',
    );
  }
  const occupancy = health.occupancy === null ? 1 : (health.occupancy * cell.connections) / wanted;
  if (occupancy < LIMITS.occupancy) {
    reasons.push(
      `connections held a request ${percent(occupancy)} of the time, less than ${percent(LIMITS.occupancy)}: ${more}`,
    );
  }
  if (health.loopUtilization > LIMITS.loopUtilization) {
    reasons.push(
      `the sender's event loop was busy ${percent(health.loopUtilization)} of the time, more than ${percent(LIMITS.loopUtilization)}: ${more}`,
    );
  }
  const delayLimit = loopDelayLimitMs(summary);
  if (health.loopDelayP99Ms > delayLimit) {
    reasons.push(
      `the sender's event loop was ${ms(health.loopDelayP99Ms)} late (p99), more than ${ms(delayLimit)}: ${more}`,
    );
  }
  const lagLimit = Math.max(LIMITS.lagMs, LIMITS.lagShare * (firstAnswerMs(summary) ?? 0));
  const lag = health.scheduleLagP99Ms;
  // A cap that holds requests back makes them late too, and has a reason of its own.
  if (lag !== null && lag > lagLimit && !isCapped(summary, health)) {
    reasons.push(`requests left ${ms(lag)} behind their plan (p99), more than ${ms(lagLimit)}: ${more}`);
  }
  return reasons;
}

/** What shows that the load was not the one that the figures are said to be of. */
function loadReasons(summary: RunSummary, health: RunHealth): string[] {
  const { durationMs, settings, requests } = summary;
  const reasons: string[] = [];
  if (isCapped(summary, health)) {
    reasons.push(
      `${health.lateByCap} of ${requests} requests had to wait for others, more than ${percent(LIMITS.lateByCapShare)}, ` +
        'so the loop was not open: raise --max-in-flight or lower the rate',
    );
  }
  const rampLimit = Math.max(LIMITS.rampMs, LIMITS.rampShare * durationMs);
  if (health.rampMs !== null && health.rampMs > rampLimit) {
    reasons.push(
      `the last connection began to send after ${ms(health.rampMs)}, more than ${ms(rampLimit)}: ` +
        'give a longer --duration or fewer connections',
    );
  }
  const drains = settings.load.kind === 'open' || settings.load.semantics === 'drain';
  if (settings.durationUs !== null && drains && health.drainMs > durationMs) {
    reasons.push(
      `answers came until ${seconds(health.drainMs)} after sending ended, longer than the window of ` +
        `${seconds(durationMs)}, so that rates stand on less than half of the work: give a longer --duration`,
    );
  }
  return reasons;
}

/** wrk gives each thread a whole number of connections and forgets the rest. */
function connectionsWanted({ cell: { threads, connections }, settings: { load } }: RunSummary): number {
  const isWrk = load.kind === 'closed' && load.semantics === 'wrk';
  return isWrk ? threads * Math.floor(connections / threads) : connections;
}

function isCapped({ requests }: RunSummary, { lateByCap }: RunHealth): boolean {
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

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function ms(amount: number): string {
  return `${amount.toFixed(1)} ms`;
}

function seconds(amountMs: number): string {
  return `${(amountMs / 1e3).toFixed(1)} s`;
}
