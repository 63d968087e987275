import {
  carriesPercentile,
  type PercentileName,
  SAMPLE_WANTED,
  type SampleStats,
} from '../measure/sample-stats.ts';

/** Quantities as people read them; a missing one is a dash. */

export const NONE = '–';

/** Milliseconds, in the unit that suits: `38.3 ms`, `3.07 s`. */
export function duration(ms: number | null): string {
  if (ms === null) return NONE;
  if (ms < 1) return `${(ms * 1e3).toFixed(0)} µs`;
  if (ms < 1_000) return `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;
  return ms < 120_000 ? `${(ms / 1e3).toFixed(2)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

/** A percentile; a dash when the sample is too small to carry it. */
export function percentileOf(stats: SampleStats, name: PercentileName): string {
  return carriesPercentile(name, stats.count) ? duration(stats[name]) : NONE;
}

/** Says what the dashes of `percentileOf` mean. */
export const PERCENTILE_NOTE =
  'A percentile with too few requests behind it is a dash: a ' +
  `p50 wants ${SAMPLE_WANTED.p50}, a p90 ${SAMPLE_WANTED.p90}, a p95 ${SAMPLE_WANTED.p95}, a p99 ${SAMPLE_WANTED.p99}.`;

export function rate(perSec: number | null): string {
  return perSec === null ? NONE : perSec.toFixed(perSec < 1000 ? 2 : 0);
}

/** Bytes in units of 1024, as wrk has them. */
export function bytes(amount: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = amount;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value.toFixed(0) : value.toFixed(2)} ${units[unit]}`;
}

/** Whole numbers with thin groups: `12,345`. */
export function whole(amount: number | null): string {
  return amount === null ? NONE : Math.round(amount).toLocaleString('en-US');
}

/** A share of one as a percentage: `98.3 %`. */
export function share(part: number | null): string {
  return part === null ? NONE : `${(part * 100).toFixed(1)} %`;
}

/** A ratio as a change: `+4.2 %`. */
export function change(ratio: number | null): string {
  if (ratio === null) return NONE;
  const percent = (ratio - 1) * 100;
  return `${percent >= 0 ? '+' : '−'}${Math.abs(percent).toFixed(1)} %`;
}
