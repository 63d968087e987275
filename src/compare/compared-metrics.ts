import type { PairStatistic, Role, RunStatistic } from '../measure/metric-kinds.ts';
import { METRIC_LIST, METRICS, type MetricKey, type SampleKey } from '../measure/metric-table.ts';
import type { RunSummary } from '../measure/run-summary.ts';
import { isSufficient } from '../measure/sample.ts';

/** The end of a figure's key, by its statistic. */
const SUFFIX = {
  value: '',
  typical: '',
  slowest: '',
  mean: 'Mean',
  p50: 'P50',
  p90: 'P90',
  p95: 'P95',
  p99: 'P99',
} as const satisfies Readonly<Record<RunStatistic | PairStatistic, string>>;

export type Statistic = keyof typeof SUFFIX;

/** A metric's key without its unit. */
type Stem<Key> = Key extends `${infer Name}Ms` ? Name : Key & string;

type KeyBy<Side extends 'runs' | 'pairs'> = {
  [K in MetricKey]: (typeof METRICS)[K] extends { readonly compared: { readonly [S in Side]: infer By } }
    ? `${Stem<K>}${(typeof SUFFIX)[keyof By & Statistic]}`
    : never;
}[MetricKey];

/** A figure that two sides are compared by, e.g. `e2elP50` of runs made apart and `e2el` of pairs. */
export type ComparedKey = KeyBy<'runs'> | KeyBy<'pairs'>;

/** A metric of the table that two sides are compared by. */
export type ComparedMetricKey = {
  [K in MetricKey]: (typeof METRICS)[K] extends { readonly compared: object } ? K : never;
}[MetricKey];

/** A figure that a session of pairs may be about. */
export type PrimaryKey = {
  [K in MetricKey]: (typeof METRICS)[K] extends { readonly compared: { readonly primary: number } }
    ? Stem<K>
    : never;
}[MetricKey];

/** One figure that two sides are compared by. */
export interface ComparedMetric<By extends Statistic = Statistic> {
  readonly key: ComparedKey;
  readonly metric: ComparedMetricKey;
  readonly statistic: By;
  readonly unit: 'ms' | 'per s';
  readonly better: 'lower' | 'higher';
  readonly role: Role;
  /** It decides the verdict; the others are shown beside it. */
  readonly gating: boolean;
  /** It depends on how many tokens were asked for, so it needs answers of equal length. */
  readonly needsEqualLengths: boolean;
  /** It is made of token counts, so both sides need to be counted alike. */
  readonly countsTokens: boolean;
  /** Its place among those that a session may be about; null when it may not. */
  readonly primary: number | null;
}

/** What runs made one side after the other are compared by, in the order of reports. */
export const RUN_METRICS: readonly ComparedMetric<RunStatistic>[] = comparedBy('runs');

/** What pairs of runs are compared by, in the order of reports. */
export const PAIR_METRICS: readonly ComparedMetric<PairStatistic>[] = comparedBy('pairs');

/** The figures that a session may be about; one that cannot be judged is replaced by the first that can. */
export const PRIMARY_KEYS: readonly PrimaryKey[] = PAIR_METRICS.filter(({ primary }) => primary !== null)
  .sort((a, b) => (a.primary ?? 0) - (b.primary ?? 0))
  .map(({ key }) => key as PrimaryKey);

/** What a session is about unless declared otherwise. */
export const DEFAULT_PRIMARY: PrimaryKey = 'tpot';

/** Changes below these, as shares, are of no consequence. */
export type Margins = Readonly<Record<ComparedMetric['better'], number>>;

/** 3 % of a latency, 2 % of a throughput. */
export const MARGIN: Margins = { lower: 0.03, higher: 0.02 };

/**
 * A run's own value of a compared figure; null when it has none, e.g. of TTFT where nothing was streamed, or too few values
 * for the percentile: what no table shows is not compared.
 */
export function valueOfRun(
  summary: RunSummary,
  { metric, statistic }: Pick<ComparedMetric<RunStatistic>, 'metric' | 'statistic'>,
): number | null {
  const row = METRICS[metric];
  if (row.kind === 'scalar') return row.of(summary);
  if (statistic === 'value') return null;
  const stats = summary[metric as SampleKey];
  return statistic === 'mean' || isSufficient(statistic, stats.count) ? stats[statistic] : null;
}

/** The figure of a key; a key of both lists is the same figure in them. */
export function comparedMetric(key: ComparedKey): ComparedMetric {
  const found = [...RUN_METRICS, ...PAIR_METRICS].find((metric) => metric.key === key);
  if (found === undefined) throw new RangeError(`nothing is compared by ${key}`);
  return found;
}

function comparedBy<By extends Statistic>(side: 'runs' | 'pairs'): readonly ComparedMetric<By>[] {
  return METRIC_LIST.flatMap(({ key, compared, unit }) => {
    if (compared === undefined || (unit !== 'ms' && unit !== 'per s')) return [];
    const { better, needsEqualLengths, countsTokens = false, primary } = compared;
    return Object.entries(compared[side] ?? {}).map(([name, role]): ComparedMetric<By> => {
      const statistic = name as By;
      const own = statistic !== 'p99';
      return {
        key: `${key.replace(/Ms$/, '')}${SUFFIX[statistic]}` as ComparedKey,
        metric: key as ComparedMetricKey,
        statistic,
        unit,
        better,
        role,
        gating: role === 'gating',
        needsEqualLengths,
        countsTokens,
        primary: side === 'pairs' && own ? (primary ?? null) : null,
      };
    });
  });
}
