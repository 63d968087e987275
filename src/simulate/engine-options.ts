import type { Dialect } from './dialect.ts';
import type { LatencyProfile, Limits } from './latency-profile.ts';

/** Speculative decoding: draft tokens of a step, and the chance that one is right if those before it were. */
export interface Speculation {
  readonly draftTokens: number;
  /** 0 to 1. */
  readonly acceptance: number;
}

/** What a user can change of a server; the rest is the profile's. */
export interface EngineSettings {
  readonly profile: LatencyProfile;
  /** Without meaning for fixed profiles, as are all below but the seed. */
  readonly limits?: Partial<Limits>;
  /** On by default, as in vLLM. */
  readonly prefixCaching?: boolean;
  readonly speculation?: Speculation | null;
  /** 1 by default. */
  readonly apiServerCount?: number;
  /** Decides where versions schedule differently; the profile's by default. */
  readonly dialect?: Dialect;
  /** 1 by default. */
  readonly seed?: number;
}

/** Everything that decides how an engine works. */
export interface EngineOptions extends Required<EngineSettings> {
  readonly limits: Limits;
}

const NO_LIMITS: Limits = {
  maxNumSeqs: Number.POSITIVE_INFINITY,
  maxNumBatchedTokens: Number.POSITIVE_INFINITY,
  gpuMemoryUtilization: 1,
};

/** Fills in what the user left to the profile and to vLLM. */
export function engineOptions(settings: EngineSettings): EngineOptions {
  const { profile } = settings;
  return {
    profile,
    limits: { ...(profile.kind === 'stepped' ? profile.limits : NO_LIMITS), ...settings.limits },
    prefixCaching: settings.prefixCaching ?? true,
    speculation: settings.speculation ?? null,
    apiServerCount: settings.apiServerCount ?? 1,
    dialect: settings.dialect ?? profile.dialect,
    seed: settings.seed ?? 1,
  };
}
