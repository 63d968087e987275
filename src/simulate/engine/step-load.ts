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
