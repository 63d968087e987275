import { readFileSync } from 'node:fs';
import { UserError } from '../../model/user-error.ts';
import type { FixedProfile, LatencyProfile } from '../../simulate/engine/latency-profile.ts';
import { quantized, WEIGHT_FACTORS } from '../../simulate/engine/step-time.ts';
import { parseProfile } from '../../simulate/profiles/parse-profile.ts';
import { PROFILES } from '../../simulate/profiles/profiles.ts';
import { count, durationUs, given, oneOf } from '../option-values.ts';

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

const QUANTIZATIONS = Object.keys(WEIGHT_FACTORS) as (keyof typeof WEIGHT_FACTORS)[];

export const PROFILE_NAMES = Object.keys(PROFILES) as (keyof typeof PROFILES)[];

const DEFAULT_PROFILE = 'a40-14b';

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
 * The profile that the words choose, with what they change of it.
 * @throws UserError that names the option and the word
 */
export function readProfile(words: SimulateWords): LatencyProfile {
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
  const kind = oneOf('--quantization', words.quantization, QUANTIZATIONS);
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

function withGivenTimes(profile: FixedProfile, words: SimulateWords): LatencyProfile {
  return {
    ...profile,
    ...given('ttftMs', words.ttft, (word) => milliseconds('--ttft', word)),
    ...given('itlMs', words.itl, (word) => milliseconds('--itl', word)),
  };
}

function milliseconds(option: string, word: string): number {
  return /^0(ms|s)?$/.test(word) ? 0 : durationUs(option, word) / 1e3;
}
