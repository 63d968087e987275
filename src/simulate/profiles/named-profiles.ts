import type { FixedProfile, LatencyProfile } from '../engine/latency-profile.ts';
import { A40_14B } from './a40-14b.ts';
import { H100_8B } from './h100-8b.ts';

/** Given times instead of a card. */
function fixed(name: string, ttftMs: number, itlMs: number): FixedProfile {
  return {
    kind: 'fixed',
    name,
    model: 'simulated',
    maxModelLen: 131_072,
    dialect: 'v0.32',
    ttftMs,
    itlMs,
  };
}

/** Every profile that `--profile` knows, by its name. */
export const PROFILES = {
  'a40-14b': A40_14B,
  'h100-8b': H100_8B,
  constant: fixed('constant', 200, 20),
  null: fixed('null', 0, 0),
} as const satisfies Readonly<Record<string, LatencyProfile>>;
