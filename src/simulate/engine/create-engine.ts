import type { Engine } from './engine.ts';
import { type EngineSettings, engineOptions } from './engine-options.ts';
import { createFixedEngine } from './fixed-engine.ts';
import { createSteppedEngine } from './stepped-engine.ts';

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
