import type { StepLoad } from './latency-profile.ts';

/** The limits of vLLM's scheduler: `--max-num-seqs` and `--max-num-batched-tokens`. */
export interface SchedulerLimits {
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
}

/** One request in the scheduler. */
interface Sequence {
  readonly id: number;
  /** Prompt tokens not yet computed. */
  prefillLeft: number;
  outputLeft: number;
  contextTokens: number;
  /** Tokens of the step that is being computed. */
  scheduled: number;
}

/** What the end of a step gave: every request past its prompt got one token, at the same instant. */
export interface StepOutput {
  readonly tokens: readonly number[];
  /** Those of `tokens` for which it was the last one. */
  readonly finished: readonly number[];
}

/** vLLM's V1 scheduler without its clock: `beginStep`, then `endStep`, in turns. Requests are known by a number. */
export interface Scheduler {
  add(id: number, promptTokens: number, outputTokens: number): void;
  /** Takes a request out; one that is being computed leaves with the next step. Unknown ids are ignored. */
  abort(id: number): void;
  /** Decides what the next step computes; null when there is nothing to do. */
  beginStep(): StepLoad | null;
  endStep(): StepOutput;
  /** Those whose first tokens are in the step that was begun last. */
  readonly admitted: readonly number[];
  readonly running: number;
  readonly waiting: number;
}

/**
 * One step after `vllm/v1/core/sched/scheduler.py`: first every running request in order (one token when decoding, else
 * the rest of its prompt as far as the token budget goes), then the waiting ones first come first served while seats and
 * budget last. The waiting queue has no bound. Not modelled: KV blocks and with them preemption and prefix caching.
 */
export function createScheduler({ maxNumSeqs, maxNumBatchedTokens }: SchedulerLimits): Scheduler {
  let running: Sequence[] = [];
  let waiting: Sequence[] = [];
  let newest: readonly number[] = [];
  const aborted = new Set<number>();

  function schedule(sequence: Sequence, budget: number): number {
    const wanted = sequence.prefillLeft > 0 ? sequence.prefillLeft : 1;
    sequence.scheduled = Math.min(wanted, budget);
    return sequence.scheduled;
  }

  function dropAborted(): void {
    if (aborted.size === 0) return;
    running = running.filter(({ id }) => !aborted.has(id));
    waiting = waiting.filter(({ id }) => !aborted.has(id));
    aborted.clear();
  }

  return {
    add(id, promptTokens, outputTokens) {
      waiting.push({
        id,
        prefillLeft: Math.max(1, promptTokens),
        outputLeft: Math.max(1, outputTokens),
        contextTokens: 0,
        scheduled: 0,
      });
    },
    abort(id) {
      aborted.add(id);
    },
    beginStep() {
      dropAborted();
      let budget = maxNumBatchedTokens;
      for (const sequence of running) budget -= schedule(sequence, budget);
      const seats = maxNumSeqs - running.length;
      let admitted = 0;
      while (admitted < Math.min(seats, waiting.length) && budget > 0) {
        const sequence = waiting[admitted++];
        if (sequence !== undefined) budget -= schedule(sequence, budget);
      }
      const joining = waiting.slice(0, admitted);
      newest = joining.map(({ id }) => id);
      running.push(...joining);
      waiting = waiting.slice(admitted);
      return running.length === 0 ? null : loadOf(running);
    },
    endStep() {
      const tokens: number[] = [];
      const finished: number[] = [];
      for (const sequence of running) {
        if (!compute(sequence)) continue;
        tokens.push(sequence.id);
        if (sequence.outputLeft === 0) finished.push(sequence.id);
      }
      running = running.filter(({ outputLeft }) => outputLeft > 0);
      return { tokens, finished };
    },
    get admitted() {
      return newest;
    },
    get running() {
      return running.length;
    },
    get waiting() {
      return waiting.length;
    },
  };
}

function loadOf(running: readonly Sequence[]): StepLoad {
  const load = { tokens: 0, sequences: 0, contextTokens: 0 };
  for (const { scheduled, contextTokens } of running) {
    if (scheduled === 0) continue;
    load.tokens += scheduled;
    load.sequences += 1;
    load.contextTokens += contextTokens + scheduled;
  }
  return load;
}

/** Applies a step to one sequence; true when it gave a token. */
function compute(sequence: Sequence): boolean {
  const { scheduled } = sequence;
  if (scheduled === 0) return false;
  sequence.scheduled = 0;
  sequence.contextTokens += scheduled;
  if (sequence.prefillLeft > 0) {
    sequence.prefillLeft -= scheduled;
    if (sequence.prefillLeft > 0) return false;
  }
  sequence.outputLeft -= 1;
  return true;
}
