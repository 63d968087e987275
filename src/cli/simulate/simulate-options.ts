import { DIALECTS } from '../../simulate/dialect.ts';
import type { Speculation } from '../../simulate/engine/engine.ts';
import { WEIGHT_FACTORS } from '../../simulate/engine/step-time.ts';
import { type Fault, parseFault } from '../../simulate/faults/fault.ts';
import { PROFILES } from '../../simulate/profiles/profiles.ts';
import {
  atLeast,
  choice,
  count,
  invalid,
  listenAddress,
  milliseconds,
  positive,
  share,
  text,
} from '../option-values.ts';
import { flag, type Input, list, toggle, value } from '../options.ts';

const QUANTIZATIONS = Object.keys(WEIGHT_FACTORS) as (keyof typeof WEIGHT_FACTORS)[];

const PROFILE_NAMES = Object.keys(PROFILES) as (keyof typeof PROFILES)[];

export const SIMULATE_OPTIONS = {
  listen: value(
    '--listen <address>',
    'address to listen on; port 0 picks a free port',
    listenAddress,
    '127.0.0.1:8000',
  ),
  model: value('--model <name>', "served model name (default: the profile's)", text),
  seed: value('--seed <n>', 'random seed', atLeast(0), '1'),
  profile: value(
    '--profile <name>',
    `built-in latency profile: ${PROFILE_NAMES.join(', ')} (default: a40-14b)`,
    choice(PROFILE_NAMES),
  ),
  profileFile: value('--profile-file <file>', 'latency profile from a JSON file', text),
  ttft: value(
    '--ttft <time>',
    'fixed time to the first token, with --profile constant (default: 200ms)',
    milliseconds,
  ),
  itl: value(
    '--itl <time>',
    'fixed time between tokens, with --profile constant (default: 20ms)',
    milliseconds,
  ),
  timeScale: value('--time-scale <factor>', 'simulation speed; 10 is ten times real time', positive, '1'),
  maxNumSeqs: value('--max-num-seqs <n>', "as in vllm serve (default: the profile's)", count),
  maxNumBatchedTokens: value(
    '--max-num-batched-tokens <n>',
    "as in vllm serve (default: the profile's)",
    count,
  ),
  maxModelLen: value('--max-model-len <n>', "as in vllm serve (default: the profile's)", count),
  maxNumQueuedReqs: value(
    '--max-num-queued-reqs <n>',
    'maximum requests in the server; further ones get 503 (default: no limit)',
    atLeast(0),
  ),
  gpuMemoryUtilization: value(
    '--gpu-memory-utilization <percent>',
    "as in vllm serve (default: the profile's)",
    share,
  ),
  enablePrefixCaching: toggle(
    '--enable-prefix-caching',
    'turn prefix caching on (default)',
    'turn prefix caching off',
  ),
  speculative: value(
    '--speculative <tokens,rate>',
    'draft tokens per step and acceptance rate, e.g. 3,0.7',
    speculation,
  ),
  quantization: value(
    '--quantization <type>',
    'int4: smaller weights, larger KV cache',
    choice(QUANTIZATIONS),
  ),
  apiServerCount: value('--api-server-count <n>', 'as in vllm serve (default: 1)', count),
  streamInterval: value('--stream-interval <n>', 'as in vllm serve (default: 1)', count),
  dialect: value(
    '--dialect <name>',
    `API version to imitate: ${DIALECTS.join(', ')} (default: the profile's)`,
    choice(DIALECTS),
  ),
  reasoningParser: value(
    '--reasoning-parser <name>',
    'return reasoning before the answer; any name is accepted',
    text,
  ),
  enableAutoToolChoice: flag('--enable-auto-tool-choice', 'allow tool calls; needs --tool-call-parser'),
  toolCallParser: value(
    '--tool-call-parser <name>',
    'required by --enable-auto-tool-choice; any name is accepted',
    text,
  ),
  enablePromptTokensDetails: flag('--enable-prompt-tokens-details', 'include cached tokens in responses'),
  enablePerRequestMetrics: flag('--enable-per-request-metrics', 'include timings in responses'),
  enableRequestIdHeaders: flag('--enable-request-id-headers', 'echo X-Request-Id'),
  enableForceIncludeUsage: flag('--enable-force-include-usage', 'always include usage in streams'),
  apiKey: value('--api-key <key>', 'require this bearer token on /v1', text),
  log: value('--log <format>', 'log format on stderr, text or json', choice(['text', 'json']), 'text'),
  fault: list('--fault <fault>', 'inject a fault, e.g. cut,after=20', fault),
};

export type SimulateInput = Input<typeof SIMULATE_OPTIONS>;

function fault(option: string, text: string): Fault {
  const fault = parseFault(text);
  if (typeof fault === 'string') throw invalid(option, text, 'is not a fault', fault);
  return fault;
}

/** `3,0.7`: draft tokens of a step, and the probability that one is right if those before it were. */
function speculation(option: string, text: string): Speculation {
  const [tokens = '', acceptance = '', ...more] = text.split(',');
  if (more.length > 0 || !/^\d+$/.test(tokens) || !/^(0?\.\d+|[01](\.0+)?)$/.test(acceptance)) {
    throw invalid(option, text, 'is not understood', 'expected TOKENS,RATE, e.g. 3,0.7');
  }
  return { draftTokens: count(option, tokens), acceptance: Number(acceptance) };
}
