import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { RunHealth } from '../model/run.ts';

/** The part of a run's health that the sender's own event loop tells. */
export type LoopHealth = Pick<
  RunHealth,
  'loopDelayP99Ms' | 'loopDelayMaxMs' | 'loopUtilization' | 'cpuSeconds'
>;

/** Resolution of the delay sampler, ms: Node's figures include it. */
const RESOLUTION_MS = 1;

/** Watches the calling thread's event loop until `stop`. */
export function startLoopMonitor(): { stop(): LoopHealth } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const utilization = performance.eventLoopUtilization();
  const cpu = process.cpuUsage();
  delay.enable();
  return {
    stop() {
      delay.disable();
      const { user, system } = process.cpuUsage(cpu);
      return {
        loopDelayP99Ms: beyondTimer(delay.percentile(99)),
        loopDelayMaxMs: beyondTimer(delay.max),
        loopUtilization: performance.eventLoopUtilization(utilization).utilization,
        cpuSeconds: (user + system) / 1e6,
      };
    },
  };
}

/** Nanoseconds between two samples to milliseconds of delay. */
function beyondTimer(ns: number): number {
  return Math.max(0, ns / 1e6 - RESOLUTION_MS);
}
