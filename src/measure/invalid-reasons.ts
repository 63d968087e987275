import type { RunSummary } from './run-summary.ts';

/** Beyond these the generator, not the server, may have made the figures. Reasons stand in docs/metrics.md. */
const LIMITS = {
  /** Share of the asked connection-time that held a request (Little's law in a closed loop). */
  occupancy: 0.98,
  loopUtilization: 0.8,
  errorShare: 0.01,
  /** A stamp may be late by this much at the 99th percentile, ms, or by this share of what is measured. */
  loopDelayMs: 5,
  loopDelayShare: 0.1,
} as const;

/** Why a closed-loop run's figures must not be used: one sentence each with the figure and its limit; empty is valid. */
export function invalidReasons(summary: RunSummary): readonly string[] {
  const stopped = summary.stoppedEarly
    ? [`it was stopped early, after ${(summary.durationMs / 1e3).toFixed(1)} s`]
    : [];
  return [...stopped, ...answerReasons(summary), ...generatorReasons(summary)];
}

function answerReasons({ requests, errors, outcomes }: RunSummary): string[] {
  if (requests === 0) return ['no request was sent'];
  const reasons: string[] = [];
  if ((outcomes.ok ?? 0) === 0) reasons.push('no request ended ok');
  if (errors > requests * LIMITS.errorShare) {
    reasons.push(`${errors} of ${requests} requests failed, more than ${percent(LIMITS.errorShare)}`);
  }
  return reasons;
}

function generatorReasons(summary: RunSummary): string[] {
  const { health, cell } = summary;
  if (health === null) return [];
  const reasons: string[] = [];
  if (health.connectionsOpen < cell.connections) {
    reasons.push(`only ${health.connectionsOpen} of ${cell.connections} connections were open`);
  }
  if (health.occupancy !== null && health.occupancy < LIMITS.occupancy) {
    reasons.push(
      `connections held a request ${percent(health.occupancy)} of the time, less than ${percent(LIMITS.occupancy)}`,
    );
  }
  if (health.loopUtilization > LIMITS.loopUtilization) {
    reasons.push(
      `the sender's event loop was busy ${percent(health.loopUtilization)} of the time, more than ${percent(LIMITS.loopUtilization)}`,
    );
  }
  const limit = loopDelayLimitMs(summary);
  if (health.loopDelayP99Ms > limit) {
    reasons.push(
      `the sender's event loop was ${health.loopDelayP99Ms.toFixed(1)} ms late (p99), more than ${limit.toFixed(1)} ms`,
    );
  }
  return reasons;
}

/** The shortest time that the run measures per request decides: TTFT, or E2EL where nothing was streamed. */
function loopDelayLimitMs({ ttftMs, e2elMs }: RunSummary): number {
  return Math.max(LIMITS.loopDelayMs, LIMITS.loopDelayShare * (ttftMs.p50 ?? e2elMs.p50 ?? 0));
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
