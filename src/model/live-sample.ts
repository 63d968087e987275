import type { Outcome } from './outcome.ts';

/** The little that live displays and counters need of an exchange or a result. Times in microseconds, from arrival or sending. */
export interface LiveSample {
  readonly status: number | null;
  readonly outcome: Outcome;
  /** It had the path of an API, but is no request of one: nothing else of it counts. */
  readonly ignored?: true;
  readonly ttftUs: number | null;
  readonly e2elUs: number | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  /** Of the answer's body. */
  readonly bytes: number;
}
