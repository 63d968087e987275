import { checkAll, type UserError, usageError } from '../../model/user-error.ts';
import type { ServerFlags } from '../../simulate/dialect.ts';
import type { LatencyProfile } from '../../simulate/engine/latency-profile.ts';
import { quantized, WEIGHT_FACTORS } from '../../simulate/engine/step-time.ts';
import { parseProfile } from '../../simulate/profiles/parse-profile.ts';
import { PROFILES } from '../../simulate/profiles/profiles.ts';
import type { SimulatorOptions } from '../../simulate/start-simulator.ts';
import { fileText } from '../option-values.ts';
import { longName } from '../options.ts';
import type { SimulateInput } from './simulate-options.ts';

/**
 * The simulator that the options describe.
 * @throws UserError with every mistake
 */
export function simulatorOptions(input: SimulateInput): SimulatorOptions {
  const { values } = input;
  const { profile, flags } = checkAll({
    profile: () => readProfile(input),
    flags: () => readFlags(values),
  });
  const { maxNumSeqs, maxNumBatchedTokens, gpuMemoryUtilization } = values;
  const { apiServerCount, streamInterval, maxNumQueuedReqs, dialect, model } = values;
  return {
    ...values.listen,
    profile,
    timeScale: values.timeScale,
    limits: chosen({ maxNumSeqs, maxNumBatchedTokens, gpuMemoryUtilization }),
    ...chosen({ prefixCaching: values.enablePrefixCaching, speculation: values.speculative }),
    ...chosen({ apiServerCount, streamInterval, maxNumQueuedReqs, dialect, model }),
    seed: values.seed,
    flags,
    faults: values.fault,
  };
}

/** The values that were chosen: what is left to the profile is not there. */
function chosen<T extends object>(values: T): { readonly [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

/** Flags of `vllm serve` that change the form of responses. All parsers work alike here, whatever their name. */
function readFlags(values: SimulateInput['values']): ServerFlags {
  const { enableAutoToolChoice, toolCallParser } = values;
  if (enableAutoToolChoice && toolCallParser === null) {
    throw usageError('--enable-auto-tool-choice needs a parser', 'add for example --tool-call-parser hermes');
  }
  return {
    promptTokensDetails: values.enablePromptTokensDetails,
    perRequestMetrics: values.enablePerRequestMetrics,
    requestIdHeaders: values.enableRequestIdHeaders,
    forceIncludeUsage: values.enableForceIncludeUsage,
    reasoningParser: values.reasoningParser !== null,
    toolCallParser: enableAutoToolChoice,
    apiKey: values.apiKey,
  };
}

const DEFAULT_PROFILE = 'a40-14b';

/** Options that only a scheduler has. */
const SCHEDULER_OPTIONS = [
  'maxNumSeqs',
  'maxNumBatchedTokens',
  'gpuMemoryUtilization',
  'enablePrefixCaching',
  'speculative',
  'quantization',
  'apiServerCount',
] as const satisfies readonly (keyof SimulateInput['values'])[];

/**
 * The profile that the options choose, with what they change of it.
 * @throws UserError for options that exclude each other
 */
export function readProfile(input: SimulateInput): LatencyProfile {
  const { values, given } = input;
  const { maxModelLen, quantization } = values;
  const usual = chooseProfile(input);
  const profile = maxModelLen === null ? usual : { ...usual, maxModelLen };
  if (profile.kind === 'fixed') {
    refuseSchedulerOptions(input, profile.name);
    return { ...profile, ...chosen({ ttftMs: values.ttft, itlMs: values.itl }) };
  }
  const time = given.ttft ?? given.itl;
  if (time !== null) {
    throw meaningless(time, `${profile.name}, whose times come from its scheduler`, 'add --profile constant');
  }
  return quantization === null ? profile : quantized(profile, WEIGHT_FACTORS[quantization]);
}

function chooseProfile({ values: { profile, profileFile }, given }: SimulateInput): LatencyProfile {
  if (profileFile === null) return PROFILES[profile ?? DEFAULT_PROFILE];
  if (given.profile !== null) {
    throw usageError(`${given.profile} and ${given.profileFile} are two profiles`, 'give one');
  }
  return parseProfile(profileFile, fileText('--profile-file', profileFile));
}

function refuseSchedulerOptions({ given }: SimulateInput, name: string): void {
  const option = SCHEDULER_OPTIONS.map((key) => given[key]).find((text) => text !== null);
  if (option !== undefined && option !== null) {
    throw meaningless(option, `${name}, which has no scheduler`, 'leave it out');
  }
}

function meaningless(option: string, profile: string, remedy: string): UserError {
  return usageError(`${longName(option)} has no effect with the profile ${profile}`, remedy);
}
