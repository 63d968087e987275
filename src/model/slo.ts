/** What a request must meet to count as good, milliseconds; null where nothing is asked. A limit itself is still good. */
export interface Slo {
  /** Time to first token. */
  readonly ttftMs: number | null;
  /** Mean time per output token after the first. */
  readonly tpotMs: number | null;
  /** End-to-end latency. */
  readonly e2elMs: number | null;
  /** The longest gap between two reads with tokens. */
  readonly itlMs?: number | null;
  /** Time to the first token that is not reasoning. */
  readonly ttfoMs?: number | null;
}
