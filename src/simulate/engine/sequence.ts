import type { BlockTable } from './kv-cache.ts';
import type { StepLoad } from './step-load.ts';

/** What the scheduler is told of a sequence; `id` is the caller's. */
export interface NewSequence {
  readonly id: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** One per whole block as far as known, prompt first; [] for one that the prefix cache must not know. */
  readonly blocks: readonly number[];
}

/** A sequence in the scheduler, which changes it. */
export interface Sequence extends NewSequence {
  readonly table: BlockTable;
  /** Output tokens so far. */
  produced: number;
  /** Tokens whose keys and values are in the cache. */
  computed: number;
  /** Leading blocks of the table that can be found by their hash. */
  stored: number;
  /** Tokens of the step that is being computed, and how many of them are drafts. */
  scheduled: number;
  drafts: number;
  preempted: boolean;
}

/** What a step gave one sequence. */
export interface SequenceOutput {
  readonly id: number;
  /** New tokens: 1, and the drafts that were right. */
  readonly tokens: number;
  readonly finished: boolean;
  readonly drafts: number;
  readonly acceptedDrafts: number;
}

/** One of which nothing is computed. */
export function newSequence(sequence: NewSequence): Sequence {
  return {
    ...sequence,
    table: [],
    produced: 0,
    computed: 0,
    stored: 0,
    scheduled: 0,
    drafts: 0,
    preempted: false,
  };
}

/** Tokens of prompt and answer so far that are not computed: 1 for a sequence that decodes. */
export function lackingTokens({ promptTokens, produced, computed }: Sequence): number {
  return promptTokens + produced - computed;
}

/**
 * Applies a step to one sequence.
 * @param accepted how many of so many draft tokens turn out right
 * @returns null when it is not through its prompt
 */
export function endSequenceStep(
  sequence: Sequence,
  accepted: (drafts: number) => number,
): SequenceOutput | null {
  const { id, scheduled, drafts } = sequence;
  if (scheduled === 0) return null;
  const through = scheduled - drafts === lackingTokens(sequence);
  const acceptedDrafts = drafts > 0 ? accepted(drafts) : 0;
  sequence.computed += scheduled - drafts + acceptedDrafts;
  sequence.scheduled = 0;
  sequence.drafts = 0;
  if (!through) return null;
  const tokens = Math.min(1 + acceptedDrafts, sequence.outputTokens - sequence.produced);
  sequence.produced += tokens;
  return { id, tokens, finished: sequence.produced === sequence.outputTokens, drafts, acceptedDrafts };
}

/** What the step that is planned for these sequences computes. */
export function loadOf(running: readonly Sequence[]): StepLoad {
  const decode = { tokens: 0, sequences: 0, contextTokens: 0 };
  const prefill = { tokens: 0, sequences: 0, contextTokens: 0 };
  let prefillPairs = 0;
  for (const { scheduled, drafts, computed, produced } of running) {
    if (scheduled === 0) continue;
    const decoding = produced > 0 && scheduled - drafts === 1;
    const work = decoding ? decode : prefill;
    work.tokens += scheduled;
    work.sequences += 1;
    work.contextTokens += computed + scheduled;
    if (!decoding) prefillPairs += scheduled * (computed + (scheduled + 1) / 2);
  }
  return { decode, prefill, prefillPairs };
}
