import type { InvalidReason } from '../model/invalid-reason.ts';
import type { Cell, RunHealth, RunSettings } from '../model/run.ts';
import type { Goodput } from './goodput.ts';
import { metricsOf, type RunSamples } from './metric-table.ts';
import type { CountFigures, ErrorKind } from './run-counts.ts';
import { sufficientStats } from './sample.ts';
import type { ServerFigures } from './server/server-figures.ts';

/** The figures of one run. Every definition stands in docs/metrics.md; `replay --json` prints them as `reported`. */
export interface RunSummary extends RunSamples, CountFigures {
  readonly id: number;
  readonly label: string;
  readonly target: string;
  readonly cell: Cell;
  /** Counts from 1 within label and cell. */
  readonly repeat: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Null when no limits were asked for. */
  readonly goodput: Goodput | null;
  /** The most frequent ten. */
  readonly errorKinds: readonly ErrorKind[];
  readonly stoppedEarly: boolean;
  readonly valid: boolean;
  readonly invalidReasons: readonly InvalidReason[];
  readonly health: RunHealth | null;
  /** Null when the server said nothing of itself, or was not asked. */
  readonly server: ServerFigures | null;
  readonly settings: RunSettings;
}

/** The summary as outputs show it: percentiles of an insufficient sample are null. */
export function reportedSummary(summary: RunSummary): RunSummary {
  const samples = metricsOf('request', 'sending', 'gaps').map(({ key, sufficient }) => {
    const stats = summary[key];
    return [key, sufficient === false ? stats : sufficientStats(stats)] as const;
  });
  return { ...summary, ...(Object.fromEntries(samples) as unknown as RunSamples) };
}
