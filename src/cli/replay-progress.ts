import { createLatencyHistogram } from '../measure/latency-histogram.ts';
import { systemClock } from '../model/clock.ts';
import type { Digest } from '../model/digest.ts';
import { isError } from '../model/outcome.ts';
import { type Cell, cellName } from '../model/run.ts';
import { duration } from '../report/quantities.ts';

/** What a replay shows while it runs. */
export interface ReplayProgress {
  /** @param of which of how many runs, e.g. `2 of 12` */
  begin(cell: Cell, of: string): void;
  add(digests: readonly Digest[]): void;
  line(): string;
}

export function createReplayProgress(durationUs: number | null): ReplayProgress {
  let title = '';
  let startedUs = 0;
  let done = 0;
  let errors = 0;
  let e2el = createLatencyHistogram();
  return {
    begin(cell, of) {
      title = `run ${of}, ${cellName(cell)}`;
      startedUs = systemClock.nowUs();
      done = 0;
      errors = 0;
      e2el = createLatencyHistogram();
    },
    add(digests) {
      for (const { outcome, e2elUs } of digests) {
        done += 1;
        if (isError(outcome)) errors += 1;
        if (outcome === 'ok' && e2elUs !== null) e2el.record(e2elUs / 1e3);
      }
    },
    line() {
      const seconds = ((systemClock.nowUs() - startedUs) / 1e6).toFixed(0);
      const time = durationUs === null ? `${seconds} s` : `${seconds} of ${(durationUs / 1e6).toFixed(0)} s`;
      const latency = `p50 ${duration(e2el.percentile(50))}, p99 ${duration(e2el.percentile(99))}`;
      return `${title}: ${time}, ${done} answers, ${errors} errors, ${latency}`;
    },
  };
}
