import type { Engine, EngineOptions, EngineSettings } from './engine.ts';
import { createFixedEngine } from './fixed-engine.ts';
import type { Limits } from './latency-profile.ts';
import { createSteppedEngine } from './stepped-engine.ts';

const NO_LIMITS: Limits = {
  maxNumSeqs: Number.POSITIVE_INFINITY,
  maxNumBatchedTokens: Number.POSITIVE_INFINITY,
  gpuMemoryUtilization: 1,
};

/** Fills in what the user left to the profile and to vLLM. */
export function engineOptions(settings: EngineSettings): EngineOptions {
  const {
    profile,
    limits,
    prefixCaching = true,
    speculation = null,
    apiServerCount = 1,
    seed = 1,
  } = settings;
  return {
    profile,
    limits: { ...(profile.kind === 'stepped' ? profile.limits : NO_LIMITS), ...limits },
    prefixCaching,
    speculation,
    apiServerCount,
    dialect: settings.dialect ?? profile.dialect,
    seed,
  };
}

/**
 * Starts an idle server of the profile's kind at model time 0.
 * @throws UserError when the card's memory does not hold one request of the longest kind
 */
export function createEngine(settings: EngineSettings): Engine {
  const { profile } = settings;
  return profile.kind === 'fixed'
    ? createFixedEngine(profile)
    : createSteppedEngine(profile, engineOptions(settings));
}
