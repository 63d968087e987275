import { enlarged } from '../model/chunk-times.ts';

/** The figures of one sample, in the sample's unit; all but the count are null when it is empty. */
export interface SampleStats {
  readonly mean: number | null;
  /** Sample standard deviation (n - 1); null below two values. */
  readonly stdev: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly count: number;
  /** Others that were asked for, e.g. `p99.9`. */
  readonly [percentile: Percentile]: number | null;
}

/** A percentile by its name: 99.9 is `p99.9`. */
export type Percentile = `p${number}`;

/** The percentiles that every summary has. */
export type PercentileName = 'p50' | 'p90' | 'p95' | 'p99';

/** What tables show unless `--percentiles` says otherwise. */
export const PERCENTILES: readonly PercentileName[] = ['p50', 'p90', 'p95', 'p99'];

/**
 * Describes a sample. Percentiles are order statistics by nearest rank, so each is a value that was really measured.
 * @param sorted values × `divisor` in rising order: counted in microseconds, shown in milliseconds
 * @param counts how often each of them occurred; once where absent
 * @param more percentiles beside those that every summary has
 */
export function sampleStats(
  sorted: Numbers,
  counts?: Float64Array,
  more: readonly Percentile[] = [],
  divisor = 1,
): SampleStats {
  const upTo = counts === undefined ? null : runningTotals(counts);
  const count = upTo === null ? sorted.length : (upTo.at(-1) ?? 0);
  if (count === 0) return { ...NO_SAMPLE, ...percentilesBy(() => null, more) };
  let sum = 0;
  for (let i = 0; i < sorted.length; i++) sum += ((sorted[i] ?? 0) / divisor) * (counts?.[i] ?? 1);
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < sorted.length; i++)
    squares += ((sorted[i] ?? 0) / divisor - mean) ** 2 * (counts?.[i] ?? 1);
  const valueAt = (i: number): number | null => {
    const value = sorted[i];
    return value === undefined ? null : value / divisor;
  };
  const at = (name: Percentile): number | null => {
    const rank = rankOf(numberOf(name), count);
    return valueAt(
      upTo === null ? rank - 1 : firstPlace(0, upTo.length, (place) => (upTo[place] ?? 0) >= rank),
    );
  };
  // Not a literal: seen with Node 24 (V8 13.6), the objects of one whose members are computed, with a spread behind them, now and
  // then all had the mean, the deviation and the percentiles of the last one. The cause is presumed to be V8's optimized code.
  return Object.fromEntries<number | null>([
    ['mean', mean],
    ['stdev', count < 2 ? null : Math.sqrt(squares / (count - 1))],
    ...[...PERCENTILES, ...more].map((name): [string, number | null] => [name, at(name)]),
    ['max', valueAt(sorted.length - 1)],
    ['count', count],
  ]) as unknown as SampleStats;
}

function percentilesBy(
  of: (name: Percentile) => number | null,
  names: readonly Percentile[],
): Readonly<Record<Percentile, number | null>> {
  return Object.fromEntries(names.map((name) => [name, of(name)]));
}

function numberOf(name: Percentile): number {
  return Number(name.slice(1));
}

/** The stats of nothing. */
export const NO_SAMPLE: SampleStats = {
  mean: null,
  stdev: null,
  p50: null,
  p90: null,
  p95: null,
  p99: null,
  max: null,
  count: 0,
};

/**
 * The p-th percentile by nearest rank: the ceil(p/100 × n)-th value (Hyndman and Fan's definition 1, 1996); null of
 * an empty sample.
 */
export function percentile(sorted: Float64Array, p: number): number | null {
  return sorted[rankOf(p, sorted.length) - 1] ?? null;
}

/**
 * The values that a percentile needs: with 99 % confidence, at most p % of the population lies below the second largest
 * of them (MLPerf's rule, one value over). With q = p/100 that is the least n for which qⁿ + n·(1 − q)·qⁿ⁻¹ ≤ 0.01; a
 * percentile below the median needs as many as the median.
 */
export function sufficientSample(name: Percentile): number {
  const known = sufficient.get(name);
  if (known !== undefined) return known;
  const q = Math.max(50, numberOf(name)) / 100;
  const doubt = (n: number): number => q ** n + n * (1 - q) * q ** (n - 1);
  let enough = 2;
  while (doubt(enough) > 0.01) enough *= 2;
  let short = enough / 2;
  while (enough - short > 1) {
    const middle = (short + enough) >> 1;
    if (doubt(middle) > 0.01) short = middle;
    else enough = middle;
  }
  sufficient.set(name, enough);
  return enough;
}

const sufficient = new Map<Percentile, number>();

/** False when a percentile has fewer values than it needs; no output then shows it. */
export function isSufficient(name: Percentile, count: number): boolean {
  return count >= sufficientSample(name);
}

/** The figures as outputs show them: percentiles for which the sample is too small are null. */
export function sufficientStats(stats: SampleStats): SampleStats {
  const names = Object.keys(stats).filter((key): key is Percentile => /^p\d/.test(key));
  return {
    ...stats,
    ...percentilesBy((name) => (isSufficient(name, stats.count) ? (stats[name] ?? null) : null), names),
  };
}

/** Counts from 1. */
function rankOf(p: number, count: number): number {
  // 0.99 × 100 is 99.00000000000001 in binary, whose ceiling would be one rank too high.
  return Math.max(1, Math.ceil(Number(((p / 100) * count).toFixed(6))));
}

function runningTotals(counts: Float64Array): Float64Array {
  let total = 0;
  return counts.map((count) => {
    total += count;
    return total;
  });
}

/** The first place from `from` on, and before `end`, from which on something holds; `end` where it never does. */
export function firstPlace(from: number, end: number, holds: (place: number) => boolean): number {
  let [low, high] = [from, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Numbers as a column holds them. */
export type Numbers = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/**
 * A growing column of numbers, where an array of objects would take a hundred bytes each: 4 bytes each while all are whole
 * multiples of a unit below 2³² of them, as times in microseconds are, and 8 from the first that is not.
 */
export interface NumberColumn {
  push(value: number): void;
  readonly length: number;
  /** In the order of their coming until they are sorted, divided by the unit while they are whole; good until the next call. */
  values(): Numbers;
  /** Puts them in rising order. */
  sort(): void;
  /** A copy in rising order. */
  sorted(): Float64Array<ArrayBuffer>;
  stats(more?: readonly Percentile[]): SampleStats;
  /** The one at this place of the rising order. */
  atRank(place: number): number;
  /** Empties it. Its memory is free at once. */
  clear(): void;
}

/** @param perOne units in 1: with 1000 a column of milliseconds holds whole microseconds, and gives back what was pushed to the bit */
export function createNumberColumn(perOne = 1): NumberColumn {
  let held: Numbers = new Uint32Array(1024);
  let length = 0;
  let isWhole = true;
  let isSorted = false;

  function widen(): void {
    const wide = new Float64Array(held.length);
    for (let i = 0; i < length; i++) wide[i] = (held[i] ?? 0) / perOne;
    freeMemory(held);
    held = wide;
    isWhole = false;
  }

  function sort(): void {
    if (isSorted) return;
    if (held instanceof Uint32Array) sortByDigits(held.subarray(0, length));
    else {
      const unsorted = held;
      held = inRisingOrder(unsorted.subarray(0, length));
      freeMemory(unsorted);
    }
    isSorted = true;
  }

  const values = (): Numbers => held.subarray(0, length);
  return {
    push(value) {
      let kept = value;
      if (isWhole) {
        kept = Math.round(value * perOne);
        if (kept >>> 0 !== kept || kept / perOne !== value) {
          widen();
          kept = value;
        }
      }
      if (length === held.length) held = enlarged(held, Math.max(1024, 2 * length));
      held[length++] = kept;
      isSorted = false;
    },
    get length() {
      return length;
    },
    values,
    sort,
    sorted() {
      sort();
      const all = Float64Array.from(values());
      if (isWhole) for (let i = 0; i < length; i++) all[i] = (all[i] ?? 0) / perOne;
      return all;
    },
    stats(more) {
      sort();
      return sampleStats(values(), undefined, more, isWhole ? perOne : 1);
    },
    atRank(place) {
      sort();
      return (held[place] ?? 0) / (isWhole ? perOne : 1);
    },
    clear() {
      freeMemory(held);
      held = new Uint32Array(0);
      length = 0;
      isWhole = true;
    },
  };
}

/** The largest of numbers, 0 where all are below. */
export function largest(numbers: Numbers): number {
  let most = 0;
  for (let i = 0; i < numbers.length; i++) most = Math.max(most, numbers[i] ?? 0);
  return most;
}

/** Whole numbers are sorted by digits of 11 bits. */
const DIGITS = 2 ** 11;
/** Fewer are sorted by comparing them. */
const WORTH_DIGITS = 512;

/**
 * Sorts numbers from the lowest digit to the highest, or places by the whole parts of the keys that are there; those of one
 * key keep their order.
 * @param least what is taken away from each key
 */
function sortByDigits(items: Uint32Array<ArrayBuffer>, keys?: Numbers, least = 0): void {
  const keyOf = (item: number): number => (keys === undefined ? item : (keys[item] ?? 0) - least);
  if (items.length < WORTH_DIGITS) {
    items.sort((a, b) => Math.floor(keyOf(a)) - Math.floor(keyOf(b)));
    return;
  }
  const most = largest(keys ?? items) - least;
  const scratch = new Uint32Array(items.length);
  const places = new Uint32Array(DIGITS);
  let [from, to] = [items, scratch];
  for (let unit = 1; unit <= most; unit *= DIGITS) {
    const scale = 1 / unit;
    const digitOf = (item: number): number => (keyOf(item) * scale) & (DIGITS - 1);
    places.fill(0);
    for (let i = 0; i < from.length; i++) {
      const digit = digitOf(from[i] ?? 0);
      places[digit] = (places[digit] ?? 0) + 1;
    }
    for (let digit = 0, place = 0; digit < DIGITS; digit++) {
      const n = places[digit] ?? 0;
      places[digit] = place;
      place += n;
    }
    for (let i = 0; i < from.length; i++) {
      const item = from[i] ?? 0;
      const digit = digitOf(item);
      const place = places[digit] ?? 0;
      to[place] = item;
      places[digit] = place + 1;
    }
    [from, to] = [to, from];
  }
  if (from === scratch) items.set(scratch);
  freeMemory(scratch);
}

/** Where each number lies, in rising order of their whole parts; equal ones keep their order. */
export function risingPlaces(numbers: Numbers): Uint32Array<ArrayBuffer> {
  const places = new Uint32Array(numbers.length);
  let [least, isRising] = [Number.POSITIVE_INFINITY, true];
  for (let i = 0, last = 0; i < places.length; i++) {
    const number = numbers[i] ?? 0;
    if (number < least) least = number;
    if (i > 0 && number < last) isRising = false;
    last = number;
    places[i] = i;
  }
  if (!isRising) sortByDigits(places, numbers, least);
  return places;
}

/** The number that would be at a place from 0 on if they were sorted; 0 where there is none. */
export function numberAtRank(numbers: Numbers, rank: number): number {
  const rising = numbers instanceof Uint32Array ? numbers.slice() : inRisingOrder(numbers);
  if (rising instanceof Uint32Array) sortByDigits(rising);
  const number = rising[rank] ?? 0;
  freeMemory(rising);
  return number;
}

/** Numbers that fall into one part are sorted one by one up to this many; fewer in all are left to the engine. */
const FEW = 48;
const WORTH_PARTS = 256;
/** Parts are cut into parts again where most numbers fell into one, as an outlier makes them do. */
const DEEPEST = 3;

/**
 * A copy in rising order, three times as fast as the engine's sort for many numbers: they are put into a quarter as many
 * parts of equal width as there are numbers, and each part is sorted.
 */
export function inRisingOrder(numbers: Float64Array, depth = 0): Float64Array<ArrayBuffer> {
  const n = numbers.length;
  let [least, most, rising] = [numbers[0] ?? 0, numbers[0] ?? 0, true];
  let sum = 0;
  for (let i = 1, last = least; i < n; i++) {
    const value = numbers[i] ?? 0;
    sum += value;
    if (value < least) least = value;
    if (value > most) most = value;
    if (!(last <= value)) rising = false;
    last = value;
  }
  if (rising) return numbers.slice();
  const parts = n >> 2;
  const scale = (parts - 1) / (most - least);
  // Not with what is infinite or no number, nor where the range is infinite.
  if (n < WORTH_PARTS || depth > DEEPEST || scale === 0 || !Number.isFinite(scale * sum))
    return numbers.slice().sort();
  const ends = new Uint32Array(parts + 1);
  for (let i = 0; i < n; i++) {
    const next = Math.floor(((numbers[i] ?? 0) - least) * scale) + 1;
    ends[next] = (ends[next] ?? 0) + 1;
  }
  for (let part = 1; part <= parts; part++) ends[part] = (ends[part] ?? 0) + (ends[part - 1] ?? 0);
  const sorted = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const value = numbers[i] ?? 0;
    const part = Math.floor((value - least) * scale);
    const at = ends[part] ?? 0;
    sorted[at] = value;
    ends[part] = at + 1;
  }
  for (let part = 0, from = 0; part < parts; part++) {
    const to = ends[part] ?? 0;
    if (to - from > FEW) sorted.set(inRisingOrder(sorted.subarray(from, to), depth + 1), from);
    else insertAll(sorted, from, to);
    from = to;
  }
  return sorted;
}

/** Sorts a few numbers in place. */
function insertAll(numbers: Float64Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const value = numbers[i] ?? 0;
    let at = i;
    for (; at > from && (numbers[at - 1] ?? 0) > value; at--) numbers[at] = numbers[at - 1] ?? 0;
    numbers[at] = value;
  }
}

/** Frees the memory of an array at once: the collector, which sees a small object, would let it lie. */
function freeMemory(values: Numbers): void {
  values.buffer.transfer(0);
}

/**
 * A sample kept as how often each value occurred. Gaps between tokens are whole microseconds, so millions of them have
 * few distinct values: exact figures in little memory, without sorting every one.
 */
export interface ValueTally {
  add(value: number, times?: number): void;
  /** Adds what another one counted. */
  addAll(other: ValueTally): void;
  forEach(visit: (value: number, times: number) => void): void;
  /** The figures of the values ÷ `divisor`. */
  stats(divisor?: number, more?: readonly Percentile[]): SampleStats;
}

/** Whole numbers below this have a place of their own, which is several times as fast as looking for it. */
const DENSE = 2 ** 16;

export function createValueTally(): ValueTally {
  let dense = new Float64Array(1024);
  const sparse = new Map<number, number>();
  function add(value: number, more = 1): void {
    if (value >= 0 && value < DENSE && Number.isInteger(value)) {
      if (value >= dense.length) dense = enlarged(dense, 2 ** Math.ceil(Math.log2(value + 1)));
      dense[value] = (dense[value] ?? 0) + more;
    } else sparse.set(value, (sparse.get(value) ?? 0) + more);
  }

  function forEach(visit: (value: number, times: number) => void): void {
    for (let value = 0; value < dense.length; value++) {
      const times = dense[value] ?? 0;
      if (times > 0) visit(value, times);
    }
    for (const [value, times] of sparse) visit(value, times);
  }

  return {
    add,
    addAll: (other) => other.forEach(add),
    forEach,
    stats(divisor = 1, more = []) {
      const values: number[] = [];
      forEach((value) => values.push(value));
      const sorted = Float64Array.from(values).sort();
      const times = sorted.map((value) => sparse.get(value) ?? dense[value] ?? 0);
      return sampleStats(sorted, times, more, divisor);
    },
  };
}
