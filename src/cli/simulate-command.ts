import { once } from 'node:events';
import type { Command } from 'commander';
import { PROFILES } from '../simulate/latency-profile.ts';
import { startSimulator } from '../simulate/start-simulator.ts';
import { count, listenAddress, oneOf, positive } from './option-values.ts';
import { listenForStop } from './stop-signal.ts';
import { say } from './terminal.ts';

interface SimulateOptions {
  readonly listen: string;
  readonly profile: string;
  readonly timeScale: string;
  readonly maxNumSeqs?: string;
  readonly maxNumBatchedTokens?: string;
  readonly model?: string;
  readonly seed: string;
}

const NAMES = Object.keys(PROFILES);

/** `reprise simulate` */
export function register(program: Command): void {
  program
    .command('simulate')
    .description(
      'Serves a simulated vLLM: its scheduler works step by step on the latency profile of a real card, ' +
        'its HTTP dialect is that of vLLM 0.8.5. For trying and testing, not for predicting.',
    )
    .option('--listen <address>', 'where to listen; port 0 takes a free one', '127.0.0.1:8000')
    .option('--profile <name>', `latency profile: ${NAMES.join(', ')}`, 'a40-14b')
    .option('--time-scale <factor>', 'speed of time: 10 is ten times as fast as the real card', '1')
    .option('--max-num-seqs <n>', "the scheduler's seats, the profile's by default")
    .option('--max-num-batched-tokens <n>', "the scheduler's token budget a step, the profile's by default")
    .option('--model <name>', "name of the served model, the profile's by default")
    .option('--seed <n>', 'seed of all its chance', '1')
    .addHelpText(
      'after',
      `
Examples:
  reprise simulate --time-scale 10
  reprise simulate --listen 127.0.0.1:0 --max-num-seqs 128`,
    )
    .action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  const name = oneOf('--profile', options.profile, NAMES);
  const profile = PROFILES[name];
  if (profile === undefined) throw new Error(`the profile ${name} is not there`);
  const { maxNumSeqs, maxNumBatchedTokens, model } = options;
  const timeScale = positive('--time-scale', options.timeScale);
  const stop = listenForStop(say);
  const simulator = await startSimulator({
    ...listenAddress('--listen', options.listen),
    profile,
    timeScale,
    seed: count('--seed', options.seed, 0),
    ...(maxNumSeqs === undefined ? {} : { maxNumSeqs: count('--max-num-seqs', maxNumSeqs) }),
    ...(maxNumBatchedTokens === undefined
      ? {}
      : { maxNumBatchedTokens: count('--max-num-batched-tokens', maxNumBatchedTokens) }),
    ...(model === undefined ? {} : { model }),
  });
  say(`a simulated ${profile.name} at ${timeScale} times its speed listens on ${simulator.url.origin}`);
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await simulator.close();
}
