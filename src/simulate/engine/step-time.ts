import type { Random } from '../../model/random.ts';
import type { Forward, StepCosts, StepNoise, SteppedProfile } from './latency-profile.ts';

/** Factors on a server's times, for experiments at run time: 1.05 is 5 % slower. */
export interface Speed {
  /** What the prompts in a step add to it. */
  readonly prefill: number;
  /** What the step would take without them. */
  readonly decode: number;
  readonly frontEnd: number;
}

export const USUAL_SPEED: Speed = { prefill: 1, decode: 1, frontEnd: 1 };

/** What some requests bring to one step. */
export interface Work {
  /** Tokens that the forward pass computes. */
  readonly tokens: number;
  readonly sequences: number;
  /** Tokens whose keys and values are read, summed over the sequences. */
  readonly contextTokens: number;
}

/** What one step of the scheduler computes. */
export interface StepLoad {
  /** Requests that get their next token; drafts of speculative decoding are tokens here. */
  readonly decode: Work;
  /** Prompts and pieces of them, and what is computed again after a preemption. */
  readonly prefill: Work;
  /** Pairs of a prefill token and a token that it attends to: attention's share grows with them. */
  readonly prefillPairs: number;
}

const NO_WORK: Work = { tokens: 0, sequences: 0, contextTokens: 0 };

/**
 * Mean duration of a step, ms: the forward pass, reading keys and values, attention over the prompts, and what the server
 * does beside them. The decodes' share is what the step would take without its prompts, the prompts' share the rest.
 */
export function stepMs(costs: StepCosts, load: StepLoad, draftTokens: number, speed = USUAL_SPEED): number {
  const { decode, prefill } = load;
  const drafting = decode.sequences > 0 ? draftTokens * costs.perDraftMs : 0;
  const decodeMs = decode.sequences === 0 ? 0 : workMs(costs, decode, NO_WORK) + drafting;
  if (prefill.sequences === 0) return decodeMs * speed.decode;
  const wholeMs = workMs(costs, decode, prefill) + drafting + load.prefillPairs * costs.perPrefillPairMs;
  return decodeMs * speed.decode + (wholeMs - decodeMs) * speed.prefill;
}

function workMs(costs: StepCosts, one: Work, other: Work): number {
  return (
    forwardMs(costs.forward, one.tokens + other.tokens) +
    (one.contextTokens + other.contextTokens) * costs.perContextTokenMs +
    costs.perStepMs +
    (one.sequences + other.sequences) * costs.perSequenceMs
  );
}

/** @see Forward */
export function forwardMs(forward: Forward, tokens: number): number {
  if (!isKnots(forward)) return Math.hypot(forward.weightsMs, tokens * forward.perTokenMs);
  let [x0, y0] = forward[0] ?? [1, 0];
  if (tokens <= x0) return y0;
  for (const [x, y] of forward) {
    if (tokens <= x) return y0 + ((y - y0) * (tokens - x0)) / (x - x0);
    [x0, y0] = [x, y];
  }
  return (y0 * tokens) / x0;
}

function isKnots(forward: Forward): forward is Extract<Forward, readonly unknown[]> {
  return Array.isArray(forward);
}

/** Sizes of weights beside those of bf16: int4 with its scales, and embeddings left in 16 bits. */
export const WEIGHT_FACTORS = { int4: 1 / 3.5 } as const;

/**
 * The profile with smaller weights that are computed with at the same speed, as int4 with bf16 activations is: less to
 * read in each step, more room for keys and values. A measured forward pass is taken as √(weights² + compute²) with the
 * weights' part at its first knot.
 */
export function quantized(profile: SteppedProfile, factor: number): SteppedProfile {
  const { forward } = profile.step;
  return {
    ...profile,
    memory: { ...profile.memory, weightsGiB: profile.memory.weightsGiB * factor },
    step: {
      ...profile.step,
      forward: isKnots(forward)
        ? smallerKnots(forward, factor)
        : { ...forward, weightsMs: forward.weightsMs * factor },
    },
  };
}

function smallerKnots(knots: Extract<Forward, readonly unknown[]>, factor: number): Forward {
  const weightsMs = knots[0]?.[1] ?? 0;
  return knots.map(([tokens, ms]) => {
    const computeMs = Math.sqrt(Math.max(0, ms ** 2 - weightsMs ** 2));
    return [tokens, Math.hypot(weightsMs * factor, computeMs)] as const;
  });
}

/** Gives the factor by which a step that begins at an instant takes longer or shorter than the mean, above 0. */
export type Noise = (atUs: number) => number;

/** White noise on top of an Ornstein-Uhlenbeck process (1930), exact at whatever instants it is asked for. */
export function createNoise({ white, drift, driftSec }: StepNoise, random: Random): Noise {
  let slow = drift * random.gaussian(0, 1);
  let lastUs = 0;
  return (atUs) => {
    const kept = Math.exp(-(atUs - lastUs) / 1e6 / driftSec);
    lastUs = atUs;
    slow = slow * kept + drift * Math.sqrt(1 - kept ** 2) * random.gaussian(0, 1);
    return Math.max(0.1, random.gaussian(1 + slow, white));
  };
}
