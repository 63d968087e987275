import { UserError } from '../../model/user-error.ts';
import type { FixedProfile, LatencyProfile } from '../../simulate/latency-profile.ts';
import { PROFILES } from '../../simulate/profiles/named-profiles.ts';
import { parseProfile } from '../../simulate/profiles/parse-profile.ts';
import { quantized, WEIGHT_FACTORS } from '../../simulate/step-time.ts';
import { fileText } from '../option-values.ts';
import { longName } from '../options.ts';
import type { SimulateInput } from './simulate-settings.ts';

export const QUANTIZATIONS = Object.keys(WEIGHT_FACTORS) as (keyof typeof WEIGHT_FACTORS)[];

export const PROFILE_NAMES = Object.keys(PROFILES) as (keyof typeof PROFILES)[];

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
  const chosen = chooseProfile(input);
  const profile = maxModelLen === null ? chosen : { ...chosen, maxModelLen };
  if (profile.kind === 'fixed') {
    refuseSchedulerOptions(input, profile.name);
    return withGivenTimes(profile, input);
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
    throw new UserError(`${given.profile} and ${given.profileFile} are two profiles`, {
      kind: 'usage',
      remedy: 'give one',
    });
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
  return new UserError(`${longName(option)} has no effect with the profile ${profile}`, {
    kind: 'usage',
    remedy,
  });
}

function withGivenTimes(profile: FixedProfile, { values: { ttft, itl } }: SimulateInput): LatencyProfile {
  return {
    ...profile,
    ...(ttft === null ? {} : { ttftMs: ttft }),
    ...(itl === null ? {} : { itlMs: itl }),
  };
}
