import { meanOf } from '../statistics/averages.ts';
import type { Arm, Pair, ServerSide } from './arm-run.ts';

/** One of the server's own figures in both arms: the mean over the runs. */
export interface ServerSideRow {
  readonly key: keyof ServerSide;
  readonly unit: 'share' | 'ms' | 'count';
  readonly baseline: number;
  readonly candidate: number;
}

const FIGURES: readonly Pick<ServerSideRow, 'key' | 'unit'>[] = [
  { key: 'prefixCacheHitRate', unit: 'share' },
  { key: 'queueMs', unit: 'ms' },
  { key: 'prefillMs', unit: 'ms' },
  { key: 'kvUsage', unit: 'share' },
  { key: 'preemptions', unit: 'count' },
  { key: 'iterationTokens', unit: 'count' },
];

/** The servers' own figures side by side: they corroborate, and never decide. */
export function serverSides(pairs: readonly Pair[]): readonly ServerSideRow[] {
  const mean = (arm: Arm, key: keyof ServerSide): number | null => {
    const values = pairs.flatMap((pair) => pair[arm].server?.[key] ?? []);
    return values.length === 0 ? null : meanOf(values);
  };
  return FIGURES.flatMap((figure) => {
    const [baseline, candidate] = [mean('baseline', figure.key), mean('candidate', figure.key)];
    return baseline === null || candidate === null ? [] : [{ ...figure, baseline, candidate }];
  });
}
