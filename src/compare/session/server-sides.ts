import { metricsOf } from '../../measure/metric-table.ts';
import { meanOf } from '../statistics/averages.ts';
import type { Arm, Pair, ServerKey } from './arm-run.ts';

/** One of the server's own figures in both arms: the mean over the runs. */
export interface ServerSideRow {
  readonly key: ServerKey;
  readonly unit: 'share' | 'ms' | 'count';
  readonly baseline: number;
  readonly candidate: number;
}

/** The servers' own figures side by side: they corroborate, and never decide. */
export function serverSides(pairs: readonly Pair[]): readonly ServerSideRow[] {
  const mean = (arm: Arm, key: ServerKey): number | null => {
    const values = pairs.flatMap((pair) => pair[arm].server?.[key] ?? []);
    return values.length === 0 ? null : meanOf(values);
  };
  return metricsOf('scalar').flatMap((metric) => {
    if (metric.corroborates !== true) return [];
    const [key, unit] = [metric.key as ServerKey, metric.unit as ServerSideRow['unit']];
    const [baseline, candidate] = [mean('baseline', key), mean('candidate', key)];
    return baseline === null || candidate === null ? [] : [{ key, unit, baseline, candidate }];
  });
}
