import type { Margins, PrimaryKey } from '../compared-metrics.ts';
import type { Check } from './invalidity.ts';

/** What is declared before the first pair is made. */
export interface SessionRules {
  /** Pairs at which a verdict may be given, rising; one for a session of fixed length. */
  readonly looks: readonly number[];
  /** What the session is about: its sentence, and whether the arms count as equal. */
  readonly primary: PrimaryKey;
  readonly margins: Margins;
  /** Servers are restarted between runs, to switch one machine from arm to arm. */
  readonly restartsPlanned: boolean;
  /** Checks whose findings are told but forbid nothing. */
  readonly accepted: readonly Check[];
}
