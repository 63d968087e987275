import { type SampleStats, sampleStats } from './sample-stats.ts';

/**
 * A sample kept as how often each value occurred. Gaps between tokens are whole microseconds, so millions of them have
 * few distinct values: exact figures in little memory, without sorting every one.
 */
export interface ValueTally {
  add(value: number, times?: number): void;
  stats(): SampleStats;
}

export function createValueTally(): ValueTally {
  const times = new Map<number, number>();
  return {
    add(value, more = 1) {
      times.set(value, (times.get(value) ?? 0) + more);
    },
    stats() {
      const sorted = Float64Array.from(times.keys()).sort();
      return sampleStats(
        sorted,
        sorted.map((value) => times.get(value) ?? 0),
      );
    },
  };
}
