import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { RunHealth } from '../model/run.ts';

/** The part of a run's health that is measured on the sender's event loop. */
export type LoopHealth = Pick<
  RunHealth,
  'loopDelayP99Ms' | 'loopDelayMaxMs' | 'loopUtilization' | 'cpuSeconds'
>;

/**
 * Watches the calling thread's event loop until `stop`.
 * @param resolutionMs of the delay sampler, a timer that wakes the thread this often; Node's figures include it
 */
export function startLoopMonitor(resolutionMs = 10) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  const beyondTimer = (ns: number): number => Math.max(0, ns / 1e6 - resolutionMs);
  const utilization = performance.eventLoopUtilization();
  const cpu = process.cpuUsage();
  delay.enable();
  return {
    /** Delay beyond the sampler's timer since the start, milliseconds. */
    delayMs: (): { readonly p50: number; readonly p99: number; readonly max: number } => ({
      p50: beyondTimer(delay.percentile(50)),
      p99: beyondTimer(delay.percentile(99)),
      max: beyondTimer(delay.max),
    }),
    stop(): LoopHealth {
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

export type LoopMonitor = ReturnType<typeof startLoopMonitor>;

/** The worst of several threads' loops; CPU time is that of the whole process in each, so it is not added up. */
export function worstLoop(loops: readonly LoopHealth[]): LoopHealth {
  const most = (of: (loop: LoopHealth) => number): number => Math.max(0, ...loops.map(of));
  return {
    loopDelayP99Ms: most((loop) => loop.loopDelayP99Ms),
    loopDelayMaxMs: most((loop) => loop.loopDelayMaxMs),
    loopUtilization: most((loop) => loop.loopUtilization),
    cpuSeconds: most((loop) => loop.cpuSeconds),
  };
}
