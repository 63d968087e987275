/** Loads to choose from: each is `step` above the one before, e.g. 0.05 for 5 %. */
export interface GridSpec {
  readonly from: number;
  readonly to: number;
  /** As a share, above 0. */
  readonly step: number;
  /** Connections are whole; rates are not. */
  readonly whole: boolean;
}

/**
 * The grid on which the answer lies, rising: from, from × (1 + step), … up to `to`, which is the last. Whole loads that
 * round to the same number count once.
 */
export function loadGrid({ from, to, step, whole }: GridSpec): readonly number[] {
  const rounded = (load: number): number => (whole ? Math.round(load) : Number(load.toPrecision(4)));
  const cells = Math.floor(Math.log(to / from) / Math.log1p(step) + 1e-9);
  const loads = Array.from({ length: cells + 1 }, (_, i) => rounded(from * (1 + step) ** i));
  return [...new Set([...loads, rounded(to)])].filter((load) => load <= to);
}

/** How many cells double a load on this grid, at least one: the stride of the ramp. */
export function doublingStride(step: number): number {
  return Math.max(1, Math.round(Math.LN2 / Math.log1p(step)));
}
