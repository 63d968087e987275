import { createNumberColumn, type Numbers } from '../sample.ts';

/** wrk's four figures of one line: microseconds for latency, requests per second for Req/Sec. */
export interface WrkLine {
  readonly mean: number;
  readonly stdev: number;
  readonly max: number;
  /** Share of the sample within mean ± stdev, percent; NaN of an empty sample, as wrk prints it. */
  readonly within: number;
}

/** One of wrk's samples: an array indexed by value. */
export interface WrkStats {
  /** @returns false when the value is beyond the limit, and not kept */
  record(value: number): boolean;
  correct(expected: number): void;
  line(): WrkLine;
  percentile(p: number): number;
  readonly count: number;
  /** The smallest recorded value; infinite when there is none. */
  readonly min: number;
  /** The values from `min` on, in rising order, and how often each occurred. */
  distribution(): { readonly values: Float64Array; readonly times: Float64Array };
}

/**
 * stats.c of wrk 4.2.0, to the letter: whole numbers only, and what a correction adds below the smallest recorded value
 * is counted but found by no loop, since `min` stays where it was.
 * @param limit the largest value that is kept
 */
export function createWrkStats(limit: number): WrkStats {
  const recorded = createNumberColumn();
  /** By a correction: how often each value. */
  const added = new Map<number, number>();
  let count = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  let ordered: Ordered | null = null;

  /** Kept until something is added: a block asks for it half a dozen times. */
  function sorted(): Ordered {
    recorded.sort();
    ordered ??= inOrder(recorded.values(), added, min);
    return ordered;
  }

  function moments(): { readonly mean: number; readonly stdev: number } {
    if (count === 0) return { mean: 0, stdev: 0 };
    const { values, times } = sorted();
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) * (times[i] ?? 0);
    const mean = sum / count;
    if (count < 2) return { mean, stdev: 0 };
    let squares = 0;
    for (let i = 0; i < values.length; i++) squares += ((values[i] ?? 0) - mean) ** 2 * (times[i] ?? 0);
    return { mean, stdev: Math.sqrt(squares / (count - 1)) };
  }

  return {
    record(value) {
      if (value > limit) return false;
      recorded.push(value);
      count += 1;
      ordered = null;
      min = Math.min(min, value);
      max = Math.max(max, value);
      return true;
    },
    /** Adds, for a value of two intervals or more, the requests that would have been sent meanwhile. */
    correct(expected) {
      const { values, times } = sorted();
      for (let i = 0; i < values.length; i++) {
        const value = values[i] ?? 0;
        if (value < 2 * expected) continue;
        for (let n = value - expected; n > expected; n -= expected) {
          added.set(n, (added.get(n) ?? 0) + (times[i] ?? 0));
          count += times[i] ?? 0;
        }
      }
      ordered = null;
    },
    line() {
      const { mean, stdev } = moments();
      const { values, times } = sorted();
      let inside = 0;
      for (let i = 0; i < values.length; i++) {
        const value = values[i] ?? 0;
        if (value >= mean - stdev && value <= mean + stdev) inside += times[i] ?? 0;
      }
      return { mean, stdev, max, within: (inside / count) * 100 };
    },
    percentile(p) {
      const rank = Math.round((p / 100) * count + 0.5);
      const { values, times } = sorted();
      let total = 0;
      for (let i = 0; i < values.length; i++) {
        total += times[i] ?? 0;
        if (total >= rank) return values[i] ?? 0;
      }
      return 0;
    },
    get count() {
      return count;
    },
    get min() {
      return min;
    },
    distribution: sorted,
  };
}

/** Values in rising order, and how often each occurred. */
interface Ordered {
  readonly values: Float64Array;
  readonly times: Float64Array;
}

/** @param recorded in rising order */
function inOrder(recorded: Numbers, added: ReadonlyMap<number, number>, least: number): Ordered {
  const others = Float64Array.from(added.keys())
    .filter((value) => value >= least)
    .sort();
  let distinct = others.length;
  for (let i = 0; i < recorded.length; i++) if (i === 0 || recorded[i] !== recorded[i - 1]) distinct += 1;
  const values = new Float64Array(distinct);
  const times = new Float64Array(distinct);
  let length = 0;
  const add = (value: number, more: number): void => {
    if (length === 0 || values[length - 1] !== value) values[length++] = value;
    times[length - 1] = (times[length - 1] ?? 0) + more;
  };
  let next = 0;
  const addOthers = (upTo: number): void => {
    for (let value = others[next]; value !== undefined && value <= upTo; value = others[++next])
      add(value, added.get(value) ?? 0);
  };
  for (let i = 0; i < recorded.length; i++) {
    const value = recorded[i] ?? 0;
    addOthers(value);
    add(value, 1);
  }
  addOthers(Number.POSITIVE_INFINITY);
  return { values: values.subarray(0, length), times: times.subarray(0, length) };
}
