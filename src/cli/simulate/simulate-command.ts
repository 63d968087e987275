import { once } from 'node:events';
import type { Command } from 'commander';
import { DIALECTS } from '../../simulate/dialect.ts';
import type { LatenessSummary } from '../../simulate/engine/live-engine.ts';
import { startSimulator } from '../../simulate/start-simulator.ts';
import { collect } from '../option-values.ts';
import { listenForStop } from '../terminal/stop-signal.ts';
import { say } from '../terminal/terminal.ts';
import { simulatorOptions } from './simulate-settings.ts';
import type { SimulateWords } from './simulated-profile.ts';
import { PROFILE_NAMES } from './simulated-profile.ts';

/** What a hundredth of the steps may be late before it is said what that means, ms, and how many steps make that telling. */
const LATE_MS = 1;
const TELLING_STEPS = 1_000;

/** `reprise simulate` */
export function register(program: Command): void {
  program
    .command('simulate')
    .description(
      'Serves a simulated vLLM: its scheduler works step by step on the latency profile of a real card, ' +
        'its HTTP dialect is that of a real front end. For trying and testing, not for predicting.',
    )
    .option('--listen <address>', 'where to listen; port 0 takes a free one', '127.0.0.1:8000')
    .option('--profile <name>', `latency profile: ${PROFILE_NAMES.join(', ')} (default: a40-14b)`)
    .option('--profile-file <file>', 'a latency profile of your own, as JSON')
    .option('--ttft <time>', 'with --profile constant: time to the first token (default: 200ms)')
    .option('--itl <time>', 'with --profile constant: time between tokens (default: 20ms)')
    .option('--time-scale <factor>', 'speed of time: 10 is ten times as fast as the real card', '1')
    .option('--max-num-seqs <n>', "the scheduler's seats, the profile's by default")
    .option('--max-num-batched-tokens <n>', "the scheduler's token budget a step, the profile's by default")
    .option('--max-model-len <n>', "tokens of a request and its answer at most, the profile's by default")
    .option('--max-num-queued-reqs <n>', 'requests under way at most, others are refused (default: no limit)')
    .option(
      '--gpu-memory-utilization <share>',
      "the server's share of the card's memory, the profile's by default",
    )
    .option('--enable-prefix-caching', 'find equal beginnings of prompts in the KV cache (default)')
    .option('--no-enable-prefix-caching', 'compute every prompt anew')
    .option('--speculative <n,acceptance>', 'draft n tokens a step, each right with this chance: 3,0.7')
    .option('--quantization <kind>', 'int4: smaller weights, more room for the KV cache')
    .option('--api-server-count <n>', 'event loops of the front end (default: 1)')
    .option('--stream-interval <n>', 'tokens that a stream gathers before it writes (default: 1)')
    .option('--dialect <name>', `front end: ${DIALECTS.join(', ')} (default: the profile's)`)
    .option('--reasoning-parser <name>', 'the model thinks before it answers; any name will do')
    .option('--enable-auto-tool-choice', 'the model may call tools by itself')
    .option('--tool-call-parser <name>', 'needed by the one above; any name will do')
    .option('--enable-prompt-tokens-details', 'answers tell of cached prompt tokens')
    .option('--enable-per-request-metrics', 'answers tell of their times')
    .option('--enable-request-id-headers', 'answers repeat X-Request-Id')
    .option('--enable-force-include-usage', 'streams tell of usage unasked')
    .option('--api-key <key>', 'what requests below /v1 must bear')
    .option('--fault <what>', 'something that goes wrong, again and again if repeated: cut,after=20', collect)
    .option('--model <name>', "name of the served model, the profile's by default")
    .option('--seed <n>', 'seed of all its chance', '1')
    .addHelpText(
      'after',
      `
Examples:
  reprise simulate --time-scale 10
  reprise simulate --profile h100-8b --max-num-seqs 128 --no-enable-prefix-caching
  reprise simulate --profile constant --ttft 100ms --itl 10ms`,
    )
    .action(simulate);
}

async function simulate(words: SimulateWords): Promise<void> {
  const options = simulatorOptions(words);
  const stop = listenForStop(say);
  const simulator = await startSimulator(options);
  const { profile, timeScale } = options;
  say(`a simulated ${profile.name} at ${timeScale} times its speed listens on ${simulator.url.origin}`);
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await simulator.close();
  sayHowLate(simulator.lateness());
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
