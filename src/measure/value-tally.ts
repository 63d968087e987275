import { type SampleStats, sampleStats } from './sample-stats.ts';

/**
 * A sample kept as how often each value occurred. Gaps between tokens are whole microseconds, so millions of them have
 * few distinct values: exact figures in little memory, without sorting every one.
 */
export interface ValueTally {
  add(value: number, times?: number): void;
  /** Adds what another one counted. */
  addAll(other: ValueTally): void;
  forEach(visit: (value: number, times: number) => void): void;
  /** Of the values ÷ `divisor`: what is counted in microseconds is told in milliseconds. */
  stats(divisor?: number): SampleStats;
}

/** Whole numbers below this have a place of their own, which is several times as fast as looking for it. */
const DENSE = 2 ** 16;

export function createValueTally(): ValueTally {
  const dense = new Float64Array(DENSE);
  const sparse = new Map<number, number>();
  function add(value: number, more = 1): void {
    if (value >= 0 && value < DENSE && Number.isInteger(value)) dense[value] = (dense[value] ?? 0) + more;
    else sparse.set(value, (sparse.get(value) ?? 0) + more);
  }

  function forEach(visit: (value: number, times: number) => void): void {
    for (let value = 0; value < DENSE; value++) {
      const times = dense[value] ?? 0;
      if (times > 0) visit(value, times);
    }
    for (const [value, times] of sparse) visit(value, times);
  }

  return {
    add,
    addAll: (other) => other.forEach(add),
    forEach,
    stats(divisor = 1) {
      const values: number[] = [];
      forEach((value) => values.push(value));
      const sorted = Float64Array.from(values).sort();
      const times = sorted.map((value) => sparse.get(value) ?? dense[value] ?? 0);
      return sampleStats(
        sorted.map((value) => value / divisor),
        times,
      );
    },
  };
}
