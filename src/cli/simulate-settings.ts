import { readFileSync } from 'node:fs';
import { UserError } from '../model/user-error.ts';
import { DIALECTS } from '../simulate/dialect-name.ts';
import type { ServerFlags } from '../simulate/dialects/server-flags.ts';
import type { Speculation } from '../simulate/engine-options.ts';
import { type Fault, parseFault } from '../simulate/faults/fault.ts';
import type { LatencyProfile, Limits } from '../simulate/latency-profile.ts';
import { PROFILES } from '../simulate/profiles/named-profiles.ts';
import { parseProfile } from '../simulate/profiles/parse-profile.ts';
import type { SimulatorOptions } from '../simulate/start-simulator.ts';
import { quantized } from '../simulate/step-time.ts';
import { count, durationUs, listenAddress, oneOf, positive, share } from './option-values.ts';

/** The words of `reprise simulate`. */
export interface SimulateWords {
  readonly listen: string;
  readonly profile?: string;
  readonly profileFile?: string;
  readonly ttft?: string;
  readonly itl?: string;
  readonly timeScale: string;
  readonly maxNumSeqs?: string;
  readonly maxNumBatchedTokens?: string;
  readonly maxModelLen?: string;
  readonly maxNumQueuedReqs?: string;
  readonly gpuMemoryUtilization?: string;
  readonly enablePrefixCaching?: boolean;
  readonly speculative?: string;
  readonly quantization?: string;
  readonly apiServerCount?: string;
  readonly streamInterval?: string;
  readonly dialect?: string;
  readonly model?: string;
  readonly seed: string;
  readonly fault?: readonly string[];
  readonly enablePromptTokensDetails?: true;
  readonly enablePerRequestMetrics?: true;
  readonly enableRequestIdHeaders?: true;
  readonly enableForceIncludeUsage?: true;
  readonly reasoningParser?: string;
  readonly enableAutoToolChoice?: true;
  readonly toolCallParser?: string;
  readonly apiKey?: string;
}

export const PROFILE_NAMES = Object.keys(PROFILES) as (keyof typeof PROFILES)[];

const DEFAULT_PROFILE = 'a40-14b';

/** Sizes of weights beside those of bf16; int4 with its scales, and embeddings left in 16 bits. */
const WEIGHT_FACTORS = { int4: 1 / 3.5 } as const;

/** Options that only a scheduler has. */
const SCHEDULER_OPTIONS = {
  maxNumSeqs: '--max-num-seqs',
  maxNumBatchedTokens: '--max-num-batched-tokens',
  gpuMemoryUtilization: '--gpu-memory-utilization',
  enablePrefixCaching: '--enable-prefix-caching',
  speculative: '--speculative',
  quantization: '--quantization',
  apiServerCount: '--api-server-count',
} as const satisfies Partial<Record<keyof SimulateWords, string>>;

/**
 * The simulator that the words describe.
 * @throws UserError that names the option and the word
 */
export function simulatorOptions(words: SimulateWords): SimulatorOptions {
  const profile = readProfile(words);
  return {
    ...listenAddress('--listen', words.listen),
    profile,
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

/** One option, left out where its word was. */
function given<Name extends string, T>(
  name: Name,
  word: string | undefined,
  read: (word: string) => T,
): Partial<Record<Name, T>> {
  return word === undefined ? {} : ({ [name]: read(word) } as Record<Name, T>);
}

function readProfile(words: SimulateWords): LatencyProfile {
  const chosen = chooseProfile(words);
  const profile =
    words.maxModelLen === undefined
      ? chosen
      : { ...chosen, maxModelLen: count('--max-model-len', words.maxModelLen) };
  if (profile.kind === 'fixed') {
    refuseSchedulerOptions(words, profile.name);
    return withGivenTimes(profile, words);
  }
  if (words.ttft !== undefined || words.itl !== undefined) {
    throw new UserError(
      `--${words.ttft === undefined ? 'itl' : 'ttft'} has no meaning with the profile ${profile.name}, whose times ` +
        'come from its scheduler: add --profile constant',
    );
  }
  if (words.quantization === undefined) return profile;
  const kind = oneOf('--quantization', words.quantization, ['int4']);
  return quantized(profile, WEIGHT_FACTORS[kind]);
}

function chooseProfile({ profile, profileFile }: SimulateWords): LatencyProfile {
  if (profileFile === undefined)
    return PROFILES[oneOf('--profile', profile ?? DEFAULT_PROFILE, PROFILE_NAMES)];
  if (profile !== undefined) {
    throw new UserError(`--profile ${profile} and --profile-file ${profileFile} are two profiles: give one`);
  }
  return parseProfile(profileFile, readText(profileFile));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`--profile-file ${file} cannot be read: ${(error as Error).message}`);
  }
}

function refuseSchedulerOptions(words: SimulateWords, name: string): void {
  const senseless = Object.entries(SCHEDULER_OPTIONS).find(
    ([option]) => words[option as keyof SimulateWords] !== undefined,
  );
  if (senseless !== undefined) {
    throw new UserError(
      `${senseless[1]} has no meaning with the profile ${name}, which has no scheduler: leave it out`,
    );
  }
}

function withGivenTimes(
  profile: Extract<LatencyProfile, { kind: 'fixed' }>,
  words: SimulateWords,
): LatencyProfile {
  return {
    ...profile,
    ...given('ttftMs', words.ttft, (word) => milliseconds('--ttft', word)),
    ...given('itlMs', words.itl, (word) => milliseconds('--itl', word)),
  };
}

function milliseconds(option: string, word: string): number {
  return /^0(ms|s)?$/.test(word) ? 0 : durationUs(option, word) / 1e3;
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
