/** At most this many bins; the width is the smallest of 1, 2, 5 × 10ⁿ that keeps to it. */
export const MAX_BINS = 120;

/** The narrowest bin, microseconds. */
const SMALLEST_BIN_US = 10_000;

/** The figures of one name by bin. */
export interface BinnedTime<Name extends string> {
  readonly binUs: number;
  readonly startUs: readonly number[];
  /** The last bin ends where the time does. */
  readonly widthUs: readonly number[];
  /** Sums of what was counted in each bin. */
  readonly counted: Readonly<Record<Name, readonly number[]>>;
  /** Integrals over each bin of what lasted, µs × weight. */
  readonly lasted: Readonly<Record<Name, readonly number[]>>;
}

/**
 * Cuts a stretch of time into bins in one pass over its events in any order, with memory that does not depend on them.
 * @param lengthUs of the whole if it is known; else bins double in width whenever they run out
 * @param names of what is counted at instants, and of what lasts over intervals
 */
export function createTimeBins<Name extends string>(lengthUs: number | null, names: readonly Name[]) {
  let binUs = lengthUs === null ? SMALLEST_BIN_US : binWidthUs(lengthUs);
  let lastUs = 0;
  const counted = byName(names, () => new Float64Array(MAX_BINS));
  const lasted = byName(names, createOverlaps);

  /** The bin of an instant; what lies beyond the last bin makes all of them twice as wide. */
  function binOf(us: number): number {
    if (us > lastUs) lastUs = us;
    while (us >= binUs * MAX_BINS) {
      for (const name of names) {
        halve(counted[name]);
        lasted[name].halve();
      }
      binUs *= 2;
    }
    return us <= 0 ? 0 : Math.floor(us / binUs);
  }

  return {
    count(name: Name, atUs: number, amount = 1): void {
      const bin = binOf(atUs);
      const column = counted[name];
      column[bin] = (column[bin] ?? 0) + amount;
    },
    last(name: Name, fromUs: number, toUs: number, weight = 1): void {
      // The later edge first: it is the one that may make the bins wider.
      lasted[name].add(toUs, binOf(toUs), -weight);
      lasted[name].add(fromUs, binOf(fromUs), weight);
    },
    figures(): BinnedTime<Name> {
      const endUs = Math.max(lastUs, lengthUs ?? 0);
      const bins = Math.ceil(endUs / binUs);
      const startUs = Array.from({ length: bins }, (_, i) => i * binUs);
      return {
        binUs,
        startUs,
        widthUs: startUs.map((from) => Math.min(endUs, from + binUs) - from),
        counted: byName(names, (name) => withLast(counted[name], bins)),
        lasted: byName(names, (name) => [...lasted[name].integrals(binUs).subarray(0, bins)]),
      };
    },
  };
}

/** What happened at the very end of the last bin belongs to it, though it would open the next one. */
function withLast(column: Float64Array, bins: number): readonly number[] {
  const values = [...column.subarray(0, bins)];
  if (bins > 0) values[bins - 1] = (values[bins - 1] ?? 0) + (column[bins] ?? 0);
  return values;
}

/** Steps of a sparkline at most. */
const STEPS = 24;

/** A series of bins in few enough steps for a sparkline: means over equal parts. */
export function sparkSteps(values: readonly number[]): readonly number[] {
  const size = Math.max(1, values.length / STEPS);
  return Array.from({ length: Math.min(STEPS, values.length) }, (_, i) => {
    const from = Math.floor(i * size);
    const part = values.slice(from, Math.max(from + 1, Math.floor((i + 1) * size)));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

function byName<Name extends string, T>(names: readonly Name[], make: (name: Name) => T): Record<Name, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, T>;
}

function binWidthUs(lengthUs: number): number {
  for (let decade = SMALLEST_BIN_US; ; decade *= 10) {
    for (const step of [1, 2, 5]) if (decade * step * MAX_BINS > lengthUs) return decade * step;
  }
}

function halve(column: Float64Array): void {
  for (let i = 0; i < column.length; i++) {
    column[i] = 2 * i + 1 < column.length ? (column[2 * i] ?? 0) + (column[2 * i + 1] ?? 0) : 0;
  }
}

/**
 * The integral over each bin of a sum of weighted intervals. Up to an instant T an interval [s, e) has contributed
 * w·(max(0, T − s) − max(0, T − e)), so sums of w and of w·s by bin are all that has to be kept.
 */
function createOverlaps() {
  const weight = new Float64Array(MAX_BINS);
  const moment = new Float64Array(MAX_BINS);
  return {
    add(us: number, bin: number, w: number): void {
      weight[bin] = (weight[bin] ?? 0) + w;
      moment[bin] = (moment[bin] ?? 0) + w * us;
    },
    halve(): void {
      halve(weight);
      halve(moment);
    },
    integrals(binUs: number): Float64Array {
      let weights = 0;
      let moments = 0;
      let before = 0;
      return Float64Array.from({ length: MAX_BINS }, (_, i) => {
        weights += weight[i] ?? 0;
        moments += moment[i] ?? 0;
        const upTo = (i + 1) * binUs * weights - moments;
        const within = Math.max(0, upTo - before);
        before = upTo;
        return within;
      });
    },
  };
}
