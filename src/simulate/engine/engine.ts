import type { EngineRequest } from './engine-request.ts';
import type { Speed } from './step-time.ts';

/** Tokens of one step for one choice of a request. */
export interface TokenDelivery {
  readonly id: number;
  readonly choice: number;
  readonly count: number;
  /** The choice has all its tokens. */
  readonly finished: boolean;
  /** Draft tokens of the step and how many of them were right; 0 without speculative decoding. */
  readonly drafts: number;
  readonly acceptedDrafts: number;
}

/** What happens in the server, at an instant of model time (microseconds). */
export type EngineEvent =
  /** The API server has read the request, which it began at `arrivedUs`; a stream's headers leave now. */
  | {
      readonly kind: 'accepted';
      readonly atUs: number;
      readonly id: number;
      readonly arrivedUs: number;
    }
  /** A choice joins the batch, for the first time or again after a preemption. */
  | {
      readonly kind: 'scheduled';
      readonly atUs: number;
      readonly id: number;
      readonly choice: number;
      /** Tokens to be computed, those included that the prefix cache had. */
      readonly tokens: number;
      readonly cachedTokens: number;
      readonly resumed: boolean;
    }
  /** A choice has lost its blocks to those before it and waits to be computed again. */
  | {
      readonly kind: 'preempted';
      readonly atUs: number;
      readonly id: number;
      readonly choice: number;
    }
  /** A step ended. */
  | {
      readonly kind: 'tokens';
      readonly atUs: number;
      readonly deliveries: readonly TokenDelivery[];
    }
  /** The API server has finished the answer: a plain body or a stream's end leaves now. */
  | { readonly kind: 'answered'; readonly atUs: number; readonly id: number };

/** What the engine has at an instant. */
export interface EngineState {
  /** Choices in the batch. */
  readonly running: number;
  /** Choices that wait for a seat; those the API server has not read yet are not counted, as in vLLM. */
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
  /** Tells, in order, of everything that is due until `nowUs`. */
  advance(nowUs: number, tell: (event: EngineEvent) => void): void;
  /** Forgets every cached block; false when requests still hold some, and nothing was forgotten. */
  resetPrefixCache(): boolean;
  /** Changes the server's times from the next step on; gives what is in force then. */
  setSpeed(change: Partial<Speed>): Speed;
}
