import type { Dialect } from '../dialect.ts';

/** How long a server's work takes: a model of one card with one model on it, or given times. */
export type LatencyProfile = SteppedProfile | FixedProfile;

interface ServedModel {
  readonly name: string;
  /** The name under which the server offers its model. */
  readonly model: string;
  /** Tokens of prompt and answer together. */
  readonly maxModelLen: number;
  /** The front end that it plays by default. */
  readonly dialect: Dialect;
}

/** Every request gets its first token and the following ones after given times, whatever else is running. */
export interface FixedProfile extends ServedModel {
  readonly kind: 'fixed';
  readonly ttftMs: number;
  readonly itlMs: number;
}

/** vLLM's scheduler working step by step on a card. */
export interface SteppedProfile extends ServedModel {
  readonly kind: 'stepped';
  readonly limits: Limits;
  readonly memory: Memory;
  readonly step: StepCosts;
  readonly frontEnd: FrontEndCosts;
}

/** The server's own defaults, each with a flag of the same name. */
export interface Limits {
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** Share of the card's memory that the server takes, 0 to 1. */
  readonly gpuMemoryUtilization: number;
}

/** What is in the card's memory, GiB. */
export interface Memory {
  readonly gpuGiB: number;
  readonly weightsGiB: number;
  /** The largest forward pass's own needs, CUDA graphs included. */
  readonly activationsGiB: number;
  /** Keys and values of one token in all layers. */
  readonly kvBytesPerToken: number;
  /** Tokens of one block of the KV cache. */
  readonly blockSize: number;
}

/** What a step takes, in milliseconds; the parts add up. */
export interface StepCosts {
  /** The forward pass by tokens in the step. */
  readonly forward: Forward;
  /** Reading the keys and values of one attended token. */
  readonly perContextTokenMs: number;
  /** Attention's arithmetic for one prefill token and one token that it attends to. */
  readonly perPrefillPairMs: number;
  /** Every step, and every running request in it: sampling and bookkeeping. */
  readonly perStepMs: number;
  readonly perSequenceMs: number;
  /** Drafting one token ahead for the whole batch, with speculative decoding. */
  readonly perDraftMs: number;
  readonly noise: StepNoise;
}

/**
 * Measured: `[tokens, ms]`, piecewise linear between the knots, constant below the first one, where the weights' reading
 * rules, and proportional above the last one, where compute does. Or from data sheets: weights that are read in
 * `weightsMs` while each token computes for `perTokenMs`, the two overlapping as √(weights² + compute²).
 */
export type Forward =
  | readonly (readonly [tokens: number, ms: number])[]
  | { readonly weightsMs: number; readonly perTokenMs: number };

/** Standard deviations of a step's duration, as shares of it. */
export interface StepNoise {
  /** Each step for itself. */
  readonly white: number;
  /** Slow drift of the card, the same for all that runs: its size, and the time in which it forgets itself. */
  readonly drift: number;
  readonly driftSec: number;
}

/** The API server's event loop: per request coming in and per answer going out, varying evenly by ± `jitter` of it. */
export interface FrontEndCosts {
  readonly ingestMs: number;
  readonly egressMs: number;
  readonly jitter: number;
}
