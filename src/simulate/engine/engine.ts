import type { Dialect } from '../dialect.ts';
import type { LatencyProfile, Limits } from './latency-profile.ts';
import type { Admission, SequenceOutput } from './scheduler.ts';
import type { Speed } from './step-time.ts';

/** Speculative decoding: draft tokens of a step, and the chance (0 to 1) that one is right if those before it were. */
export interface Speculation {
  readonly draftTokens: number;
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

/** One of a request's answers (`n`): how long it gets and why it ends there. */
export interface Choice {
  /** Exactly this many tokens are generated, at least 1. */
  readonly outputTokens: number;
  readonly finishReason: 'length' | 'stop';
  /**
   * Hashes of the blocks that the answer will complete, following those of the prompt: the next turn of the conversation
   * finds them in the prefix cache. Without them it finds the prompt's only.
   */
  readonly outputBlocks?: readonly number[];
}

/** What the engine needs to know of a request: lengths and hashes, never texts. */
export interface EngineRequest {
  readonly id: number;
  /** At least 1. */
  readonly promptTokens: number;
  /** `promptBlocks`; empty when nothing of it may be found in the prefix cache. */
  readonly promptBlocks: readonly number[];
  /** At least one. They share the prompt and what the front end does for it. */
  readonly choices: readonly Choice[];
  /** As the client asked, for the metrics alone; null when it left that to the server. */
  readonly maxTokens: number | null;
}

/** Tokens of one step for one choice of a request. */
export interface TokenDelivery extends Omit<SequenceOutput, 'tokens'> {
  readonly choice: number;
  readonly count: number;
}

/** What happens in the server, at an instant of model time (microseconds). */
export type EngineEvent = { readonly atUs: number } & (
  | /** The API server has read the request, which it began at `arrivedUs`; a stream's headers leave now. */
  { readonly kind: 'accepted'; readonly id: number; readonly arrivedUs: number }
  /** A choice joins the batch, for the first time or again after a preemption. */
  | ({ readonly kind: 'scheduled'; readonly choice: number } & Admission)
  /** A choice has lost its blocks to those before it and waits to be computed again. */
  | { readonly kind: 'preempted'; readonly id: number; readonly choice: number }
  /** A step ended. */
  | { readonly kind: 'tokens'; readonly deliveries: readonly TokenDelivery[] }
  /** The API server has finished the answer: a plain body or a stream's end leaves now. */
  | { readonly kind: 'answered'; readonly id: number }
);

/** What the engine has at an instant. */
export interface EngineState {
  /** Choices in the batch. */
  readonly running: number;
  /** Choices that wait for a slot; those that the API server has not read yet are not counted, as in vLLM. */
  readonly waiting: number;
  /** Share of the KV cache's blocks that running requests have, 0 to 1. */
  readonly kvUsage: number;
}

/**
 * A vLLM server in model time: nothing here asks for the time or waits. Events run on their own due instants, so a
 * driver that comes late sees them late but does not shift the ones after.
 */
export interface Engine extends EngineState {
  /** Call `advance(nowUs)` before. */
  submit(request: EngineRequest, nowUs: number): void;
  /** The client has gone: the request leaves with the next step. */
  abort(id: number): void;
  /** When the next event is due; null when the server is idle. */
  nextDueUs(): number | null;
  /** Reports, in order, everything that is due until `nowUs`. */
  advance(nowUs: number, report: (event: EngineEvent) => void): void;
  /** Forgets every cached block; false when requests still hold some, and nothing was forgotten. */
  resetPrefixCache(): boolean;
  /** Changes the server's times from the next step on; gives what is in force then. */
  setSpeed(change: Partial<Speed>): Speed;
}
