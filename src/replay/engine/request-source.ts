import type { RawResult } from '../../model/result.ts';
import type { Plan, PlannedConversation } from '../plan/plan.ts';
import type { ReplayableRequest } from '../plan/replayable.ts';
import type { ConnectionSlot } from '../plan/threads.ts';

/**
 * Takes what a connection sends next; null when it has sent everything.
 * @param delayUs a pause that the source has made before it, microseconds
 */
export type Give = (conversation: PlannedConversation | null, delayUs?: number) => void;

/** Where the connections of a closed loop get what they send. */
export interface RequestSource {
  /** Asks for a free connection. `give` is called once, at once or later; a call after the end of sending is without effect. */
  next(slot: ConnectionSlot, give: Give): void;
  /** The requests that turns of a conversation name. */
  request(index: number): ReplayableRequest | undefined;
  /** Sees each answer before the connection asks again. */
  answered?(slot: ConnectionSlot, result: RawResult): void;
}

/**
 * All connections take from one plan.
 * @param taken one number that the workers share
 */
export function planSource(
  plan: Plan,
  requests: readonly ReplayableRequest[],
  taken: Int32Array,
): RequestSource {
  return {
    next: (_slot, give) => give(plan.at(Atomics.add(taken, 0, 1))),
    request: (index) => requests[index],
  };
}

/** What each of wrk's threads sends, over and over: batches of requests, by index, that go out on one connection. */
export type ThreadSequences = readonly (readonly (readonly number[])[])[];

/**
 * The connections of each of wrk's threads take from its own sequence.
 * @param taken one number for each thread, which the workers share
 */
export function sequenceSource(
  sequences: ThreadSequences,
  requests: readonly ReplayableRequest[],
  taken: Int32Array,
): RequestSource {
  const mostTurns = Math.max(...sequences.flat().map(({ length }) => length));
  return {
    next({ thread }, give) {
      const sequence = sequences[thread] ?? [];
      const index = Atomics.add(taken, thread, 1);
      give({
        firstSeq: (index * sequences.length + thread) * mostTurns,
        pass: Math.floor(index / sequence.length),
        dueUs: null,
        turns: (sequence[index % sequence.length] ?? []).map((request) => ({ request, thinkUs: 0 })),
      });
    },
    request: (index) => requests[index],
  };
}
