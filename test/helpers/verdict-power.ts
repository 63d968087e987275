import type { ComparedKey } from '../../src/compare/compared-metrics.ts';
import type { MetricComparison } from '../../src/compare/comparison.ts';
import { judgeSession, type PairedComparison } from '../../src/compare/session/judge-session.ts';
import { holmRejects } from '../../src/compare/statistics/error-control.ts';
import { createRandom } from '../../src/model/random.ts';
import { RULES } from './sample-pairs.ts';
import { type SessionOptions, virtualPairs } from './virtual-session.ts';

/** How one metric fared over many sessions, as shares of them. */
export interface MetricTally {
  readonly key: ComparedKey;
  /** The metric's own 95 % interval excludes no change, whatever its size. */
  alarms: number;
  /** The interval covers the true ratio. */
  covered: number;
  /** In the family of all gating metrics, as a session judges. */
  regressions: number;
  improvements: number;
  equivalents: number;
  /** Mean of the log-ratios, and their standard deviation over pairs. */
  meanLog: number;
  sd: number;
}

export interface Tally {
  readonly sessions: number;
  readonly metrics: readonly MetricTally[];
  /** Sessions in which Holm's procedure found any gating metric to differ, by however little. */
  readonly anyRejected: number;
  /** The session's own verdicts. */
  readonly verdicts: Readonly<Record<string, number>>;
}

/**
 * Plays sessions and judges each as `ab` would.
 * @param truth the true ratio of a metric, candidate ÷ baseline
 */
export function playSessions(
  sessions: number,
  seed: number,
  options: SessionOptions,
  truth: (metric: MetricComparison) => number,
): Tally {
  const random = createRandom(seed);
  const tallies = new Map<string, MetricTally>();
  const verdicts: Record<string, number> = {};
  let anyRejected = 0;
  for (let i = 0; i < sessions; i++) {
    const cells = [virtualPairs(random, options)];
    const rules = { ...RULES, looks: [options.pairs] };
    const session = judgeSession(
      { baseline: 'baseline', candidate: 'candidate' },
      { cells, ended: true },
      rules,
    );
    verdicts[session.verdict] = (verdicts[session.verdict] ?? 0) + 1 / sessions;
    if (count(session, tallies, truth, sessions)) anyRejected += 1 / sessions;
  }
  return { sessions, metrics: [...tallies.values()], anyRejected, verdicts };
}

function count(
  { cells }: PairedComparison,
  tallies: Map<string, MetricTally>,
  truth: (metric: MetricComparison) => number,
  sessions: number,
): boolean {
  const ps: number[] = [];
  for (const metric of Object.values(cells[0]?.metrics ?? {})) {
    const { key } = metric;
    if (!metric.gating || metric.low === null || metric.high === null) continue;
    const tally = tallies.get(key) ?? empty(key);
    tallies.set(key, tally);
    const { low, high, verdict } = metric;
    const one = 1 / sessions;
    if (low > 1 || high < 1) tally.alarms += one;
    if (low <= truth(metric) && truth(metric) <= high) tally.covered += one;
    if (verdict === 'regression') tally.regressions += one;
    if (verdict === 'improvement') tally.improvements += one;
    if (verdict === 'equivalent') tally.equivalents += one;
    const logs = metric.pairs.map(Math.log);
    const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length;
    tally.meanLog += mean * one;
    tally.sd = Math.sqrt(
      tally.sd ** 2 + (logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (logs.length - 1)) * one,
    );
    ps.push(metric.p ?? 1);
  }
  return holmRejects(ps, 0.05).includes(true);
}

function empty(key: ComparedKey): MetricTally {
  return { key, alarms: 0, covered: 0, regressions: 0, improvements: 0, equivalents: 0, meanLog: 0, sd: 0 };
}
