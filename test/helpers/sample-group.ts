import type { RunSummary } from '../../src/measure/run-summary.ts';
import type { Finding, FindingFacts, FindingKind } from '../../src/report/findings/finding.ts';
import { groupRuns, type RunGroup } from '../../src/report/runs-report.ts';
import { sampleSummaries } from './sample-runs.ts';

/** What decides the figures of a made-up run. */
export interface GroupCell {
  readonly threads?: number;
  readonly connections: number;
  readonly requestsPerSec: number;
  readonly meanMs: number;
  readonly runs?: number;
  readonly overrides?: Partial<RunSummary>;
}

const [TEMPLATE] = sampleSummaries('reference', { count: 1 });

/** A group of runs with given rates and latencies; repeats differ by a little. */
export function sampleGroup(cells: readonly GroupCell[]): RunGroup {
  let id = 0;
  const runs = cells.flatMap(
    ({ threads = 10, connections, requestsPerSec, meanMs, runs: n = 1, overrides }) =>
      Array.from({ length: n }, (_, i): RunSummary => {
        if (TEMPLATE === undefined) throw new Error('there is no sample run');
        id += 1;
        const noise = 1 + (i - (n - 1) / 2) * 0.002;
        const e2elMs = {
          mean: meanMs * noise,
          stdev: 0.05 * meanMs,
          p50: meanMs,
          p90: 1.1 * meanMs,
          p99: 1.2 * meanMs,
          max: 2 * meanMs,
          count: 1000,
        };
        return {
          ...TEMPLATE,
          id,
          repeat: i + 1,
          cell: { threads, connections },
          requestsPerSec: requestsPerSec / noise,
          servedRequestsPerSec: requestsPerSec / noise,
          requests: 1000,
          e2elMs: { ...TEMPLATE.e2elMs, ...e2elMs },
          ...overrides,
        };
      }),
  );
  const [group] = groupRuns(runs);
  return group ?? { label: 'reference', target: 'http://h', runs: [], cells: [] };
}

/** The facts of the findings of one rule. */
export function factsOf<K extends FindingKind>(
  findings: readonly Finding[],
  kind: K,
): readonly FindingFacts[K][] {
  return findings.flatMap(({ kind: of, section: _, ...facts }) =>
    of === kind ? [facts as unknown as FindingFacts[K]] : [],
  );
}

/** A cell of an open loop whose answers keep up; requests wait for a tenth of their time. */
export function openCell(ratePerSec: number, overrides: Partial<RunSummary> = {}): GroupCell {
  const stats = (mean: number) => ({
    mean,
    stdev: 1,
    p50: mean,
    p90: mean,
    p95: mean,
    p99: mean,
    max: 2 * mean,
    count: 1_000,
  });
  return {
    connections: 64,
    requestsPerSec: 0.95 * ratePerSec,
    meanMs: 900 * ratePerSec,
    overrides: {
      cell: { threads: 1, connections: 64, ratePerSec },
      responseMs: stats(1_000 * ratePerSec),
      ttftMs: stats(100),
      ttfoMs: stats(100),
      ttftResponseMs: stats(110),
      scheduleLagMs: stats(0.4),
      ...overrides,
    },
  };
}

/** The public A40 page's cells. */
export const PAGE_CELLS: readonly GroupCell[] = [
  { connections: 20, requestsPerSec: 6.34, meanMs: 3_070 },
  { connections: 100, requestsPerSec: 26.64, meanMs: 3_620 },
  { threads: 100, connections: 100, requestsPerSec: 26.67, meanMs: 3_620 },
  { threads: 100, connections: 200, requestsPerSec: 36.6, meanMs: 5_270 },
];
