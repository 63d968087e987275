import type { Arrivals, SendSettings } from '../../model/run.ts';

/** One request of a recorded conversation, on a time line that begins with the tape's first arrival. */
export interface RecordedTurn {
  /** Index among the replayable requests. */
  readonly request: number;
  /** Microseconds. */
  readonly arrivedUs: number;
  readonly finishedUs: number;
}

/** Everything that decides which request is sent when: plain data, so that every thread makes the same plan from it. */
export interface PlanSpec extends Pick<SendSettings, 'order' | 'loop' | 'requests' | 'think' | 'seed'> {
  /** In order of their first arrivals; turns in order of theirs. A single request is a conversation of one turn. */
  readonly conversations: readonly (readonly RecordedTurn[])[];
  /** Null in a closed loop, where a connection takes the next conversation as soon as it is free. */
  readonly arrivals: Arrivals | null;
}

/** One request of the plan. */
export interface PlannedTurn {
  /** Index among the replayable requests. */
  readonly request: number;
  /** Pause after the end of the answer before it, microseconds; 0 for a conversation's first. */
  readonly thinkUs: number;
}

/** A conversation whose turns are sent in order on one connection. */
export interface PlannedConversation {
  /** Position of its first turn; the others follow without a gap. */
  readonly firstSeq: number;
  /** Which pass over the tape it belongs to, from 0. */
  readonly pass: number;
  /** When its first turn is to be sent, microseconds since the run's start, not decreasing; null in a closed loop. */
  readonly dueUs: number | null;
  readonly turns: readonly PlannedTurn[];
}

/** The whole schedule as a function of a conversation's index alone, so that both arms send the same. */
export interface Plan {
  /** Conversation `index`, from 0; null past the end. */
  at(index: number): PlannedConversation | null;
}
