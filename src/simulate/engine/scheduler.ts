import type { BlockTable, KvCache } from './kv-cache.ts';
import type { StepLoad } from './step-time.ts';

/** A sequence to schedule; `id` is the caller's. */
export interface NewSequence {
  readonly id: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** One per whole block as far as known, prompt first; [] for one that the prefix cache must not know. */
  readonly blocks: readonly number[];
}

/** A sequence in the scheduler, which alone changes it. */
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
  /** It has all its tokens. */
  readonly finished: boolean;
  /** Draft tokens of the step and how many of them were right; 0 without speculative decoding. */
  readonly drafts: number;
  readonly acceptedDrafts: number;
}

export interface SchedulerOptions {
  /** `--max-num-seqs`: requests in the batch. */
  readonly maxNumSeqs: number;
  /** `--max-num-batched-tokens`: tokens of one step. */
  readonly maxNumBatchedTokens: number;
  /**
   * A waiting request is admitted only when its whole prompt fits, as newer versions do; in 0.8.5 its first piece was
   * enough.
   */
  readonly reserveWholePrompt: boolean;
  /** Draft tokens of a decoding request in one step; 0 without speculative decoding. */
  readonly draftTokens: number;
  /** How many of this many draft tokens turn out right. */
  readonly accepted: (drafts: number) => number;
}

/** A sequence that joins the batch. */
export interface Admission {
  readonly id: number;
  /** Tokens to be computed when it was looked up, and those of them that the prefix cache had. */
  readonly tokens: number;
  readonly cachedTokens: number;
  /** It had been preempted. */
  readonly resumed: boolean;
}

export interface Step {
  readonly load: StepLoad;
  readonly admitted: readonly Admission[];
  readonly preempted: readonly number[];
}

/**
 * One step after `vllm/v1/core/sched/scheduler.py`. First every running sequence in order takes what it lacks, as far as
 * the token budget goes: one token when decoding, else the rest of its prompt. When there is no block for it the last
 * running sequence is preempted: it loses its blocks, is the first to wait and is computed again. Only if nothing was
 * preempted, waiting sequences are admitted, first come first served, while slots, budget and blocks last; the first that
 * does not fit ends it. The waiting queue has no bound.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #cache: KvCache;
  readonly #aborted = new Set<number>();
  #running: Sequence[] = [];
  #waiting: Sequence[] = [];

  constructor(options: SchedulerOptions, cache: KvCache) {
    this.#options = options;
    this.#cache = cache;
  }

  get running(): number {
    return this.#running.length;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws RangeError for a sequence that could never fit in the cache */
  add(sequence: NewSequence): void {
    const { capacity } = this.#cache;
    if (this.#blocksFor(sequence.promptTokens + sequence.outputTokens) > capacity)
      throw new RangeError(`sequence ${sequence.id} needs more than the cache's ${capacity} blocks`);
    this.#waiting.push(newSequence(sequence));
  }

  /** Takes a sequence out; one that is being computed leaves with the next step. Unknown ids are ignored. */
  abort(id: number): void {
    this.#aborted.add(id);
  }

  /** Decides what the next step computes; null when there is nothing to do. */
  beginStep(): Step | null {
    this.#dropAborted();
    const preempted: number[] = [];
    const budget = this.#scheduleRunning(preempted);
    const admitted = preempted.length === 0 ? this.#admitWaiting(budget) : [];
    return this.#running.length === 0 ? null : { load: loadOf(this.#running), admitted, preempted };
  }

  /** Every sequence that is past its prompt gets its tokens at the same instant. */
  endStep(): readonly SequenceOutput[] {
    const outputs: SequenceOutput[] = [];
    let finished = 0;
    for (const sequence of this.#running) {
      const output = endSequenceStep(sequence, this.#options.accepted);
      if (output === null) continue;
      outputs.push(output);
      if (!output.finished) continue;
      finished += 1;
      this.#cache.release(sequence.table);
    }
    if (finished > 0) {
      this.#running = this.#running.filter(({ produced, outputTokens }) => produced < outputTokens);
    }
    return outputs;
  }

  #blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.#cache.blockSize);
  }

  /** Gives what is left of the budget; those that were preempted are added to the list. */
  #scheduleRunning(preempted: number[]): number {
    const running = this.#running;
    let budget = this.#options.maxNumBatchedTokens;
    for (let i = 0; i < running.length && budget > 0; i++) {
      const sequence = running[i];
      if (sequence === undefined) break;
      const lacking = lackingTokens(sequence);
      const drafts = lacking === 1 && sequence.produced > 0 ? this.#draftsFor(sequence, budget - 1) : 0;
      const wanted = Math.min(lacking + drafts, budget);
      const length = this.#blocksFor(sequence.computed + wanted);
      while (!this.#cache.extend(sequence.table, length, [], 0)) {
        const victim = running.pop();
        if (victim === undefined) break;
        this.#preempt(victim);
        preempted.push(victim.id);
        if (victim === sequence) return 0;
      }
      this.#plan(sequence, wanted, drafts);
      budget -= wanted;
    }
    return budget;
  }

  /** As many as asked for, unless the budget or the whole cache is smaller. */
  #draftsFor({ computed }: Sequence, budget: number): number {
    const room = this.#cache.capacity * this.#cache.blockSize - computed - 1;
    return Math.max(0, Math.min(this.#options.draftTokens, budget, room));
  }

  #preempt(sequence: Sequence): void {
    this.#cache.release(sequence.table);
    Object.assign(sequence, UNCOMPUTED, { preempted: true });
    this.#waiting.unshift(sequence);
  }

  #plan(sequence: Sequence, scheduled: number, drafts: number): void {
    sequence.scheduled = scheduled;
    sequence.drafts = drafts;
    // As in vLLM, full blocks can be found from the moment they are scheduled, drafts never.
    const full = Math.floor((sequence.computed + scheduled - drafts) / this.#cache.blockSize);
    if (full <= sequence.stored) return;
    this.#cache.store(sequence.table, sequence.blocks, sequence.stored, full);
    sequence.stored = full;
  }

  #admitWaiting(budget: number): Admission[] {
    const admitted: Admission[] = [];
    let left = budget;
    for (const sequence of this.#waiting) {
      if (left <= 0 || this.#running.length >= this.#options.maxNumSeqs) break;
      const admission = this.#admit(sequence, left);
      if (admission === null) break;
      left -= sequence.scheduled;
      admitted.push(admission);
      this.#running.push(sequence);
    }
    this.#waiting = this.#waiting.slice(admitted.length);
    return admitted;
  }

  #admit(sequence: Sequence, budget: number): Admission | null {
    const { blocks, table } = sequence;
    const cache = this.#cache;
    const tokens = lackingTokens(sequence);
    // Of a prompt that is cached as a whole the last block is computed again: its last token's logits are needed.
    const hits = cache.find(blocks, Math.floor((tokens - 1) / cache.blockSize));
    const cachedTokens = hits * cache.blockSize;
    const scheduled = Math.min(tokens - cachedTokens, budget);
    const isWhole = this.#options.reserveWholePrompt;
    if (isWhole && !cache.fits(table, this.#blocksFor(tokens), blocks, hits)) return null;
    if (!cache.extend(table, this.#blocksFor(cachedTokens + scheduled), blocks, hits)) return null;
    sequence.computed = cachedTokens;
    sequence.stored = hits;
    this.#plan(sequence, scheduled, 0);
    return { id: sequence.id, tokens, cachedTokens, resumed: sequence.preempted };
  }

  #dropAborted(): void {
    if (this.#aborted.size === 0) return;
    const stays = (sequence: Sequence): boolean => {
      if (!this.#aborted.has(sequence.id)) return true;
      this.#cache.release(sequence.table);
      return false;
    };
    this.#running = this.#running.filter(stays);
    this.#waiting = this.#waiting.filter(stays);
    this.#aborted.clear();
  }
}

const UNCOMPUTED = { computed: 0, stored: 0, scheduled: 0, drafts: 0 };

/** One of which nothing is computed. */
export function newSequence(sequence: NewSequence): Sequence {
  return { ...sequence, ...UNCOMPUTED, table: [], produced: 0, preempted: false };
}

/** Tokens of prompt and answer so far that are not computed: 1 for a sequence that decodes. */
export function lackingTokens({ promptTokens, produced, computed }: Sequence): number {
  return promptTokens + produced - computed;
}

/**
 * Applies a step to one sequence.
 * @param accepted how many of this many draft tokens turn out right
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
