import { once } from 'node:events';
import type { LatenessSummary } from '../../simulate/engine/live-engine.ts';
import type { SimulatorOptions } from '../../simulate/start-simulator.ts';
import { type CommandResult, defineCommand } from '../command.ts';
import { createLog, type Log, listenForStop } from '../terminal/terminal.ts';
import { SIMULATE_OPTIONS } from './simulate-options.ts';
import { simulatorOptions } from './simulate-settings.ts';

/** From this lateness of a hundredth of the steps on, ms, and this many steps, it is said what it means. */
const LATE_MS = 1;
const TELLING_STEPS = 1_000;

/** `reprise simulate` */
export const command = defineCommand({
  description:
    'Serves a simulated vLLM for testing: a scheduler that works step by step on the latency profile of a real card, ' +
    'behind the HTTP API of a real version. It does not predict the performance of other hardware.',
  arguments: [],
  options: SIMULATE_OPTIONS,
  examples: [
    'simulate --time-scale 10',
    'simulate --profile h100-8b --max-num-seqs 128 --no-enable-prefix-caching',
    'simulate --profile constant --ttft 100ms --itl 10ms',
  ],
  prepare(input) {
    const options = simulatorOptions(input);
    const { log } = input.values;
    return () => simulate(options, createLog(log === 'json'));
  },
});

async function simulate(options: SimulatorOptions, log: Log): Promise<CommandResult> {
  const stop = listenForStop(log.info);
  // Loaded only now, so that help and mistakes are answered at once.
  const { startSimulator } = await import('../../simulate/start-simulator.ts');
  const simulator = await startSimulator(options);
  const { profile, timeScale } = options;
  const listen = simulator.url.origin;
  log.info(`a simulated ${profile.name} at ${timeScale} times its speed listens on ${listen}`, { listen });
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await simulator.close();
  const late = latenessText(simulator.lateness());
  if (late !== null) log.info(late);
  return {};
}

/** How late the steps were: that is due to this machine, not to the profile. Null where there were none. */
function latenessText({ count, p99Ms, maxMs }: LatenessSummary): string | null {
  if (p99Ms === null || maxMs === null) return null;
  const busy = count >= TELLING_STEPS && p99Ms > LATE_MS;
  return (
    `${count} steps, 99 % of them at most ${p99Ms.toFixed(2)} ms late, the latest ${maxMs.toFixed(1)} ms` +
    (busy ? ": this machine was too busy; clients saw this delay in addition to the profile's latencies" : '')
  );
}
