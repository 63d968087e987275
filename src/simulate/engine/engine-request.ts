/** One of a request's answers (`n`): how long it gets and why it ends there. */
export interface Choice {
  /** Exactly so many tokens are generated, at least 1. */
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
  /**
   * A hash for each whole block of the prompt, each one of all tokens up to its end and of the salt, so that equal hashes
   * mean equal prefixes: `promptBlocks`. Empty when nothing of it may be found in the prefix cache.
   */
  readonly promptBlocks: readonly number[];
  /** At least one. They share the prompt and what the front end does for it. */
  readonly choices: readonly Choice[];
  /** As the client asked, for the metrics alone; null when it left that to the server. */
  readonly maxTokens: number | null;
}

/** What a request's owner is told. Instants are microseconds of model time. */
export interface Generation {
  /** The API server has read the request; a stream's headers leave now. */
  accepted(): void;
  /** Its prompt is in the batch for the first time, so it is known what the prefix cache had of it. */
  scheduled(cachedTokens: number): void;
  /** More tokens for one choice, by its index: one, or several at once with speculative decoding. */
  tokens(choice: number, count: number, atUs: number): void;
  /** All choices are complete and the API server is through: a plain body or a stream's end leaves now. */
  answered(atUs: number): void;
}
