import type { RunSummary } from '../measure/run-summary.ts';

/** Every metric that runs or pairs are compared by; `report/messages` has their names. */
export type MetricKey =
  | 'e2el'
  | 'e2elP50'
  | 'e2elMean'
  | 'e2elP99'
  | 'ttft'
  | 'ttftP50'
  | 'ttftP99'
  | 'tpot'
  | 'tpotP50'
  | 'itlP99'
  | 'waitTail'
  | 'servedOutputTokensPerSec'
  | 'servedRequestsPerSec';

/** What a metric is, however its figures come about. */
export interface MetricKind {
  readonly key: MetricKey;
  readonly unit: 'ms' | 'per s';
  readonly better: 'lower' | 'higher';
  /** Gating metrics decide the verdict, the others are told beside it. */
  readonly gating: boolean;
  /** The metric depends on how many tokens were asked for, so it needs answers of equal length. */
  readonly needsEqualLengths: boolean;
}

/** One figure that two sets of runs are compared by. */
export interface Metric extends MetricKind {
  /** Null when the run does not have it, e.g. TTFT where nothing was streamed. */
  readonly of: (summary: RunSummary) => number | null;
}

/** Changes below these, as shares, are of no consequence. */
export type Margins = Readonly<Record<MetricKind['better'], number>>;

/** 3 % of a latency, 2 % of a throughput. */
export const MARGIN: Margins = { lower: 0.03, higher: 0.02 };

const latency = (key: MetricKey, of: Metric['of'], gating: boolean, needsEqualLengths: boolean): Metric => ({
  key,
  unit: 'ms',
  better: 'lower',
  gating,
  needsEqualLengths,
  of,
});

const throughput = (key: MetricKey, of: Metric['of'], gating: boolean): Metric => ({
  key,
  unit: 'per s',
  better: 'higher',
  gating,
  needsEqualLengths: true,
  of,
});

/**
 * The metrics in the order of reports. Medians gate rather than tails: with the few runs of a comparison a p99 varies
 * by tens of percent. Output tokens gate rather than requests: they depend less on which requests came last. Both are
 * the served ones, which count an answer by the part of it that fell into the window: a run of few requests would
 * otherwise jump with each answer that ends just before or just after the window does.
 */
export const METRICS: readonly Metric[] = [
  latency('e2elP50', (s) => s.e2elMs.p50, true, true),
  latency('e2elMean', (s) => s.e2elMs.mean, false, true),
  latency('e2elP99', (s) => s.e2elMs.p99, false, true),
  latency('ttftP50', (s) => s.ttftMs.p50, true, false),
  latency('ttftP99', (s) => s.ttftMs.p99, false, false),
  latency('tpotP50', (s) => s.tpotMs.p50, true, false),
  latency('itlP99', (s) => s.itlMs.p99, false, false),
  throughput('servedOutputTokensPerSec', (s) => s.servedOutputTokensPerSec, true),
  throughput('servedRequestsPerSec', (s) => s.servedRequestsPerSec, false),
];
