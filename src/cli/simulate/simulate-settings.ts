import { UserError } from '../../model/user-error.ts';
import type { ServerFlags } from '../../simulate/dialect.ts';
import { DIALECTS } from '../../simulate/dialect.ts';
import type { Speculation } from '../../simulate/engine/engine.ts';
import type { Limits } from '../../simulate/engine/latency-profile.ts';
import { type Fault, parseFault } from '../../simulate/faults/fault.ts';
import type { SimulatorOptions } from '../../simulate/start-simulator.ts';
import { count, given, listenAddress, oneOf, positive, share } from '../option-values.ts';
import { readProfile, type SimulateWords } from './simulated-profile.ts';

/**
 * The simulator that the words describe.
 * @throws UserError that names the option and the word
 */
export function simulatorOptions(words: SimulateWords): SimulatorOptions {
  return {
    ...listenAddress('--listen', words.listen),
    profile: readProfile(words),
    timeScale: positive('--time-scale', words.timeScale),
    limits: readLimits(words),
    ...(words.enablePrefixCaching === undefined ? {} : { prefixCaching: words.enablePrefixCaching }),
    ...given('speculation', words.speculative, readSpeculation),
    ...given('apiServerCount', words.apiServerCount, (word) => count('--api-server-count', word)),
    ...given('streamInterval', words.streamInterval, (word) => count('--stream-interval', word)),
    ...given('maxNumQueuedReqs', words.maxNumQueuedReqs, (word) => count('--max-num-queued-reqs', word, 0)),
    ...given('dialect', words.dialect, (word) => oneOf('--dialect', word, DIALECTS)),
    ...given('model', words.model, (word) => word),
    seed: count('--seed', words.seed, 0),
    flags: readFlags(words),
    faults: (words.fault ?? []).map(readFault),
  };
}

function readLimits(words: SimulateWords): Partial<Limits> {
  return {
    ...given('maxNumSeqs', words.maxNumSeqs, (word) => count('--max-num-seqs', word)),
    ...given('maxNumBatchedTokens', words.maxNumBatchedTokens, (word) =>
      count('--max-num-batched-tokens', word),
    ),
    ...given('gpuMemoryUtilization', words.gpuMemoryUtilization, (word) =>
      share('--gpu-memory-utilization', word),
    ),
  };
}

/** Flags of `vllm serve` that change what answers look like. Parsers have one way of working here, by whatever name. */
function readFlags(words: SimulateWords): ServerFlags {
  const { enableAutoToolChoice = false, toolCallParser } = words;
  if (enableAutoToolChoice && toolCallParser === undefined) {
    throw new UserError(
      '--enable-auto-tool-choice needs a parser: add for example --tool-call-parser hermes',
    );
  }
  return {
    promptTokensDetails: words.enablePromptTokensDetails ?? false,
    perRequestMetrics: words.enablePerRequestMetrics ?? false,
    requestIdHeaders: words.enableRequestIdHeaders ?? false,
    forceIncludeUsage: words.enableForceIncludeUsage ?? false,
    reasoningParser: words.reasoningParser !== undefined,
    toolCallParser: enableAutoToolChoice,
    apiKey: words.apiKey ?? null,
  };
}

function readFault(word: string): Fault {
  const fault = parseFault(word);
  if (typeof fault === 'string') throw new UserError(`--fault ${word} cannot be: ${fault}`);
  return fault;
}

/** `3,0.7`: draft tokens of a step, and the chance that one is right if those before it were. */
function readSpeculation(word: string): Speculation {
  const [tokens = '', acceptance = '', ...more] = word.split(',');
  if (more.length > 0 || !/^\d+$/.test(tokens) || !/^(0?\.\d+|[01](\.0+)?)$/.test(acceptance)) {
    throw new UserError(
      `--speculative ${word} is not draft tokens and their acceptance: write for example --speculative 3,0.7`,
    );
  }
  return { draftTokens: count('--speculative', tokens), acceptance: Number(acceptance) };
}
