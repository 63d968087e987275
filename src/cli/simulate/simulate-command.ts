import { once } from 'node:events';
import type { LatenessSummary } from '../../simulate/engine/live-engine.ts';
import { type SimulatorOptions, startSimulator } from '../../simulate/start-simulator.ts';
import { type CommandResult, defineCommand } from '../command.ts';
import { listenForStop } from '../terminal/stop-signal.ts';
import { say } from '../terminal/terminal.ts';
import { SIMULATE_OPTIONS } from './simulate-options.ts';
import { simulatorOptions } from './simulate-settings.ts';

/** What a hundredth of the steps may be late before it is said what that means, ms, and how many steps make that telling. */
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
    return () => simulate(options);
  },
});

async function simulate(options: SimulatorOptions): Promise<CommandResult> {
  const stop = listenForStop(say);
  const simulator = await startSimulator(options);
  const { profile, timeScale } = options;
  say(`a simulated ${profile.name} at ${timeScale} times its speed listens on ${simulator.url.origin}`);
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await simulator.close();
  sayHowLate(simulator.lateness());
  return {};
}

/** How late the steps were is the machine's doing, not the profile's, and the user should know. */
function sayHowLate({ count, p99Ms, maxMs }: LatenessSummary): void {
  if (p99Ms === null || maxMs === null) return;
  const telling = count >= TELLING_STEPS && p99Ms > LATE_MS;
  say(
    `${count} steps, 99 % of them at most ${p99Ms.toFixed(2)} ms late, the latest ${maxMs.toFixed(1)} ms` +
      (telling ? ': this machine’s part, on top of what the profile says' : ''),
  );
}
