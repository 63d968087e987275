import type { TokenSource } from '../model/completion.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Cell, RunHealth, RunSettings } from '../model/run.ts';
import type { SampleStats } from './sample-stats.ts';

/** The figures of one run: what `replay --json` prints. Every definition stands in docs/metrics.md. */
export interface RunSummary {
  readonly id: number;
  readonly label: string;
  readonly target: string;
  readonly cell: Cell;
  /** Counts from 1 within label and cell. */
  readonly repeat: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** All requests that were sent, also those that ended after the window. */
  readonly requests: number;
  readonly errors: number;
  /** Requests that ended after the window: counted in latencies, not in rates. */
  readonly drained: number;
  /** The window: from the start to the end of sending. */
  readonly durationMs: number;
  /** Answers completed within the window ÷ window, of any status. */
  readonly requestsPerSec: number;
  /** Bytes read from the sockets for them ÷ window. */
  readonly bytesPerSec: number;
  /** Tokens of the `ok` ones among them ÷ window; null when no answer told its tokens. */
  readonly outputTokensPerSec: number | null;
  /** As above, but every `ok` request counts with the share of its service time that lies within the window. */
  readonly servedRequestsPerSec: number;
  readonly servedOutputTokensPerSec: number | null;
  readonly e2elMs: SampleStats;
  readonly ttftMs: SampleStats;
  readonly tpotMs: SampleStats;
  readonly itlMs: SampleStats;
  /** From the planned instant rather than from sending. */
  readonly responseMs: SampleStats;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Where the `ok` requests' token counts came from. */
  readonly tokenSources: Readonly<Partial<Record<TokenSource, number>>>;
  readonly stoppedEarly: boolean;
  readonly valid: boolean;
  readonly invalidReasons: readonly string[];
  readonly health: RunHealth | null;
  readonly settings: RunSettings;
}
