import { metricsOf } from '../../measure/metric-table.ts';
import { meanOf } from '../statistics/averages.ts';
import type { Arm, Pair, ServerKey } from './arm-run.ts';

/** One of the server's own figures in both arms: the mean over the runs. */
export interface ServerSideRow {
  readonly metric: ServerKey;
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
  return metricsOf('scalar').flatMap(({ key, unit, corroborates }) => {
    if (corroborates !== true) return [];
    const metric = key as ServerKey;
    const [baseline, candidate] = [mean('baseline', metric), mean('candidate', metric)];
    return baseline === null || candidate === null
      ? []
      : [{ metric, unit: unit as ServerSideRow['unit'], baseline, candidate }];
  });
}
