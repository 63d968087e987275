import type { KvCache } from './kv-cache.ts';
import {
  endSequenceStep,
  lackingTokens,
  loadOf,
  type NewSequence,
  newSequence,
  type Sequence,
  type SequenceOutput,
} from './sequence.ts';
import type { StepLoad } from './step-load.ts';

export interface SchedulerOptions {
  /** `--max-num-seqs`: requests in the batch. */
  readonly maxNumSeqs: number;
  /** `--max-num-batched-tokens`: tokens of one step. */
  readonly maxNumBatchedTokens: number;
  /**
   * A waiting request is let in only when its whole prompt fits, as newer versions do; in 0.8.5 its first piece was
   * enough.
   */
  readonly reserveWholePrompt: boolean;
  /** Draft tokens of a decoding request in one step; 0 without speculative decoding. */
  readonly draftTokens: number;
  /** How many of so many draft tokens turn out right. */
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

/** vLLM's V1 scheduler without its clock: `beginStep`, then `endStep`, in turns. */
export interface Scheduler {
  /** @throws RangeError for a sequence that could never fit in the cache */
  add(sequence: NewSequence): void;
  /** Takes a sequence out; one that is being computed leaves with the next step. Unknown ids are ignored. */
  abort(id: number): void;
  /** Decides what the next step computes; null when there is nothing to do. */
  beginStep(): Step | null;
  /** Every sequence that is past its prompt gets its tokens at the same instant. */
  endStep(): readonly SequenceOutput[];
  readonly running: number;
  readonly waiting: number;
}

/**
 * One step after `vllm/v1/core/sched/scheduler.py`. First every running sequence in order takes what it lacks, as far as
 * the token budget goes: one token when decoding, else the rest of its prompt. When there is no block for it the last
 * running sequence is preempted: it loses its blocks, is the first to wait and is computed again. Only if nothing was
 * preempted, waiting sequences are let in, first come first served, while seats, budget and blocks last; the first that
 * does not fit ends it. The waiting queue has no bound.
 */
export function createScheduler(options: SchedulerOptions, cache: KvCache): Scheduler {
  let running: Sequence[] = [];
  let waiting: Sequence[] = [];
  const aborted = new Set<number>();

  const blocksFor = (tokens: number): number => Math.ceil(tokens / cache.blockSize);

  /** As many as asked for, unless the budget or the whole cache is smaller. */
  function draftsFor({ computed }: Sequence, budget: number): number {
    const room = cache.capacity * cache.blockSize - computed - 1;
    return Math.max(0, Math.min(options.draftTokens, budget, room));
  }

  function plan(sequence: Sequence, scheduled: number, drafts: number): void {
    sequence.scheduled = scheduled;
    sequence.drafts = drafts;
    // As in vLLM, full blocks can be found from the moment they are scheduled, drafts never.
    const full = Math.floor((sequence.computed + scheduled - drafts) / cache.blockSize);
    if (full <= sequence.stored) return;
    cache.store(sequence.table, sequence.blocks, sequence.stored, full);
    sequence.stored = full;
  }

  function giveUp(sequence: Sequence): void {
    cache.release(sequence.table);
    sequence.computed = 0;
    sequence.stored = 0;
    sequence.scheduled = 0;
    sequence.drafts = 0;
    sequence.preempted = true;
    waiting.unshift(sequence);
  }

  /** Gives what is left of the budget; those that were preempted are added to the list. */
  function scheduleRunning(preempted: number[]): number {
    let budget = options.maxNumBatchedTokens;
    for (let i = 0; i < running.length && budget > 0; i++) {
      const sequence = running[i];
      if (sequence === undefined) break;
      const lacking = lackingTokens(sequence);
      const drafts = lacking === 1 && sequence.produced > 0 ? draftsFor(sequence, budget - 1) : 0;
      const wanted = Math.min(lacking + drafts, budget);
      const length = blocksFor(sequence.computed + wanted);
      while (!cache.extend(sequence.table, length, [], 0)) {
        const victim = running.pop();
        if (victim === undefined) break;
        giveUp(victim);
        preempted.push(victim.id);
        if (victim === sequence) return 0;
      }
      plan(sequence, wanted, drafts);
      budget -= wanted;
    }
    return budget;
  }

  function admit(sequence: Sequence, budget: number): Admission | null {
    const { blocks, table } = sequence;
    const tokens = lackingTokens(sequence);
    // Of a prompt that is cached as a whole the last block is computed again: its last token's logits are needed.
    const hits = cache.find(blocks, Math.floor((tokens - 1) / cache.blockSize));
    const cachedTokens = hits * cache.blockSize;
    const scheduled = Math.min(tokens - cachedTokens, budget);
    if (options.reserveWholePrompt && !cache.fits(table, blocksFor(tokens), blocks, hits)) return null;
    if (!cache.extend(table, blocksFor(cachedTokens + scheduled), blocks, hits)) return null;
    sequence.computed = cachedTokens;
    sequence.stored = hits;
    plan(sequence, scheduled, 0);
    return { id: sequence.id, tokens, cachedTokens, resumed: sequence.preempted };
  }

  function admitWaiting(budget: number): Admission[] {
    const admitted: Admission[] = [];
    let left = budget;
    for (const sequence of waiting) {
      if (left <= 0 || running.length >= options.maxNumSeqs) break;
      const admission = admit(sequence, left);
      if (admission === null) break;
      left -= sequence.scheduled;
      admitted.push(admission);
      running.push(sequence);
    }
    waiting = waiting.slice(admitted.length);
    return admitted;
  }

  function dropAborted(): void {
    if (aborted.size === 0) return;
    const stays = (sequence: Sequence): boolean => {
      if (!aborted.has(sequence.id)) return true;
      cache.release(sequence.table);
      return false;
    };
    running = running.filter(stays);
    waiting = waiting.filter(stays);
    aborted.clear();
  }

  return {
    add(sequence) {
      if (blocksFor(sequence.promptTokens + sequence.outputTokens) > cache.capacity) {
        throw new RangeError(`sequence ${sequence.id} needs more than the cache's ${cache.capacity} blocks`);
      }
      waiting.push(newSequence(sequence));
    },
    abort(id) {
      aborted.add(id);
    },
    beginStep() {
      dropAborted();
      const preempted: number[] = [];
      const budget = scheduleRunning(preempted);
      const admitted = preempted.length === 0 ? admitWaiting(budget) : [];
      return running.length === 0 ? null : { load: loadOf(running), admitted, preempted };
    },
    endStep() {
      const outputs: SequenceOutput[] = [];
      let finished = 0;
      for (const sequence of running) {
        const output = endSequenceStep(sequence, options.accepted);
        if (output === null) continue;
        outputs.push(output);
        if (!output.finished) continue;
        finished += 1;
        cache.release(sequence.table);
      }
      if (finished > 0) running = running.filter(({ produced, outputTokens }) => produced < outputTokens);
      return outputs;
    },
    get running() {
      return running.length;
    },
    get waiting() {
      return waiting.length;
    },
  };
}
