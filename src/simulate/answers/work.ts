import type { ServerResponse } from 'node:http';
import type { AnswerFacts, Dialect } from '../dialects/dialect.ts';
import type { Fault } from '../faults/fault.ts';
import type { Delay } from './delay.ts';
import type { PlannedChoice } from './plan.ts';

/** One answer under way. */
export interface Work {
  readonly dialect: Dialect;
  readonly facts: AnswerFacts;
  readonly choices: readonly PlannedChoice[];
  readonly response: ServerResponse;
  /** `x-request-id` for the answer's head; null where the server sends none. */
  readonly requestIdHeader: string | null;
  readonly fault: Fault | null;
  /** Tokens that a stream gathers before it writes; the first and the last never wait. */
  readonly streamInterval: number;
  /** Takes the request out of the batch. */
  readonly abort: () => void;
  readonly later: Delay;
}

/** What becomes of an answer's tokens. */
export interface Output {
  accepted(): void;
  tokens(choice: number, count: number): void;
  answered(): void;
}
