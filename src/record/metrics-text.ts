/** Pieces of a page in Prometheus' text format; every name begins with `reprise_`. */

/** Upper bounds, seconds: those of vLLM's own histograms of the same names, so that both fit on one graph. */
export const TTFT_BOUNDS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  2560,
] as const;
export const E2EL_BOUNDS = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
] as const;

/** Adds one to a label's count. */
export function count(into: Map<string, number>, label: string): void {
  into.set(label, (into.get(label) ?? 0) + 1);
}

function head(type: string, name: string, help: string): string[] {
  return [`# HELP reprise_${name} ${help}`, `# TYPE reprise_${name} ${type}`];
}

/** A metric without labels. */
export function single(type: string, name: string, help: string, value: number): string[] {
  return [...head(type, name, help), `reprise_${name} ${value}`];
}

/** A metric with a sample for each label, such as `outcome="ok"`. */
export function family(
  type: string,
  name: string,
  help: string,
  values: Iterable<readonly [label: string, value: number]>,
): string[] {
  return [
    ...head(type, name, help),
    ...[...values].map(([label, value]) => `reprise_${name}{${label}} ${value}`),
  ];
}

/** A summary without quantiles: a sum of what was measured, and of how many. */
export function summary(name: string, help: string, sum: number, total: number): string[] {
  return [...head('summary', name, help), ...sumAndCount(name, sum, total)];
}

function sumAndCount(name: string, sum: number, total: number): string[] {
  return [`reprise_${name}_sum ${sum}`, `reprise_${name}_count ${total}`];
}

/** Counts values in buckets. @param bounds their upper ends, in ascending order */
export function createHistogram(bounds: readonly number[]) {
  const counts = new Array<number>(bounds.length).fill(0);
  let sum = 0;
  let total = 0;
  return {
    add(value: number): void {
      sum += value;
      total += 1;
      const at = bounds.findIndex((bound) => value <= bound);
      if (at !== -1) counts[at] = (counts[at] ?? 0) + 1;
    },
    lines(name: string, help: string): string[] {
      let below = 0;
      const buckets = bounds.map((bound, i) => {
        below += counts[i] ?? 0;
        return `reprise_${name}_bucket{le="${bound}"} ${below}`;
      });
      return [
        ...head('histogram', name, help),
        ...buckets,
        `reprise_${name}_bucket{le="+Inf"} ${total}`,
        ...sumAndCount(name, sum, total),
      ];
    },
  };
}
