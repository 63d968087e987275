/**
 * How far the verdicts of `ab` can be trusted: sessions of pairs in model time, judged by the code that `ab` judges
 * with. Prints the tables of docs/verdict-simulations.md. Ten minutes.
 *
 *   node test/bench/verdict-power.ts [--sessions 4000] [--seed 1]
 */

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { PAIR_METRICS } from '../../src/compare/compared-metrics.ts';
import type { MetricComparison } from '../../src/compare/comparison.ts';
import type { CellPairs, Pair } from '../../src/compare/session/arm-run.ts';
import { pairFigures } from '../../src/compare/session/pair-figures.ts';
import { pairOrder } from '../../src/compare/session/session-plan.ts';
import { pairedDifference, pValue } from '../../src/compare/statistics/difference.ts';
import { percentile } from '../../src/measure/sample.ts';
import { createRandom } from '../../src/model/random.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { type Alarms, alarmsOf } from '../helpers/check-alarms.ts';
import {
  coverageOf,
  falseAlarmsOfLooks,
  falseAlarmsOfPeeking,
  falseAlarmsOfStrayRuns,
  falseAlarmsUnderDrift,
  familyErrors,
  type RunNoise,
} from '../helpers/pair-noise.ts';
import { playSessions, type Tally } from '../helpers/verdict-power.ts';
import {
  QUIET,
  SAME,
  type SessionOptions,
  type VirtualNoise,
  type VirtualServer,
  virtualPairs,
} from '../helpers/virtual-session.ts';

const { values } = parseArgs({
  options: { sessions: { type: 'string', default: '4000' }, seed: { type: 'string', default: '1' } },
});
const SESSIONS = Number(values.sessions);
const SEED = Number(values.seed);

const SLOWER: VirtualServer = { ...SAME, prefill: 1.05, decode: 1.05 };
const STALLING: VirtualServer = { ...SAME, stalls: { share: 0.02, ms: 500 } };
const truth = ({ better }: MetricComparison): number => (better === 'lower' ? 1.05 : 1 / 1.05);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function table(title: string, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  print(`\n${title}\n`);
  print(line(header));
  print(line(header.map((_, i) => (i === 0 ? '---' : '---:'))));
  for (const row of rows) print(line(row));
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** One session in so many has each gating metric do this. */
function metricTable(): void {
  const equal = playSessions(SESSIONS, SEED, { pairs: 6 }, () => 1);
  const slower = playSessions(SESSIONS, SEED + 1, { pairs: 6, candidate: SLOWER }, truth);
  const rows = equal.metrics.map((metric, i) => {
    const found = slower.metrics[i];
    return [
      messagesOf('en').metric(metric.key),
      percent(metric.sd),
      percent(metric.alarms),
      percent(metric.covered),
      percent(metric.regressions),
      percent(found?.alarms ?? 0),
      percent(found?.regressions ?? 0),
      percent(found?.covered ?? 0),
    ];
  });
  table(
    `${SESSIONS} sessions of 6 pairs, 200 requests a run at 20 connections, pair noise 2 %`,
    [
      'metric',
      'sd of a pair',
      'false alarms',
      'covered',
      'false regressions',
      '5 % seen',
      '5 % a regression',
      'covered',
    ],
    rows,
  );
  print(`\nHolm's family error with equal servers: ${percent(equal.anyRejected)}`);
}

const verdictRow = (name: string, { verdicts }: Tally): readonly string[] => [
  name,
  ...['regression', 'improvement', 'equivalent', 'small', 'inconclusive', 'invalid'].map((verdict) =>
    percent(verdicts[verdict] ?? 0),
  ),
];

/** What whole sessions end with. */
function verdictTable(): void {
  const rows = [0.01, 0.015, 0.02, 0.03].flatMap((pair) => {
    const noise = { ...QUIET, pair };
    const play = (name: string, options: Partial<SessionOptions>): readonly string[] =>
      verdictRow(
        `${percent(pair)}: ${name}`,
        playSessions(SESSIONS / 4, SEED + 2, { pairs: 6, noise, ...options }, () => 1),
      );
    return [
      play('equal servers', {}),
      play('all 5 % slower', { candidate: SLOWER }),
      play('first token 5 % slower', { candidate: { ...SAME, prefill: 1.05 } }),
      play('decode 5 % slower', { candidate: { ...SAME, decode: 1.05 } }),
      play('2 % stall for 500 ms', { candidate: STALLING }),
      play('all 5 % slower, 10 pairs', { pairs: 10, candidate: SLOWER }),
    ];
  });
  const stalls = { share: 0.005, meanMs: 300 };
  rows.push(
    verdictRow(
      '2.0 %, stalls in both arms: equal servers',
      playSessions(SESSIONS / 4, SEED + 3, { pairs: 6, noise: { ...QUIET, stalls } }, () => 1),
    ),
    verdictRow(
      '2.0 %, 100 connections: all 5 % slower',
      playSessions(
        SESSIONS / 4,
        SEED + 4,
        { pairs: 6, candidate: SLOWER, load: { connections: 100, requests: 200 } },
        () => 1,
      ),
    ),
  );
  table(
    'Verdicts of whole sessions of 6 pairs, by pair noise',
    ['pair noise: truth', 'regression', 'improvement', 'equivalent', 'small', 'inconclusive', 'invalid'],
    rows,
  );
}

/** Ways to see a few slow requests, as log-ratios of pairs. */
const TAILS: Readonly<Record<string, (pairs: readonly Pair[]) => readonly number[]>> = {
  'TTFT, mean': ofTtft((sorted) => sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length),
  'TTFT p95': ofTtft((sorted) => percentile(sorted, 95) ?? 1),
  'TTFT p99': ofTtft((sorted) => percentile(sorted, 99) ?? 1),
  'TTFT, mean of the slowest 5 %': ofTtft((sorted) => {
    const slowest = sorted.subarray(-Math.ceil(sorted.length / 20));
    return slowest.reduce((sum, ms) => sum + ms, 0) / slowest.length;
  }),
  'E2EL, mean': (pairs) =>
    pairs.map(({ baseline, candidate }) => {
      const sum = (times: Float64Array): number => times.reduce((total, ms) => total + ms, 0);
      return Math.log(sum(candidate.requests.e2elMs) / sum(baseline.requests.e2elMs));
    }),
  'longest stall of the slowest 5 %, each against its usual': (pairs) =>
    pairFigures(PAIR_METRICS.find(({ key }) => key === 'longestStall') ?? assert.fail(), pairs).map(
      (figure) => figure?.logRatio ?? 0,
    ),
};

function ofTtft(of: (sorted: Float64Array) => number): (pairs: readonly Pair[]) => readonly number[] {
  return (pairs) =>
    pairs.map(({ baseline, candidate }) =>
      Math.log(of(candidate.requests.ttftMs.toSorted()) / of(baseline.requests.ttftMs.toSorted())),
    );
}

/** Which figure sees 2 % of requests that stall. */
function tailTable(): void {
  const sessions = Math.round(SESSIONS / 4);
  const play = (candidate: VirtualServer): readonly CellPairs[] => {
    const random = createRandom(SEED + 5);
    return Array.from({ length: sessions }, () => virtualPairs(random, { pairs: 6, candidate }));
  };
  const [equal, stalling, slower] = [play(SAME), play(STALLING), play(SLOWER)];
  const found = (
    cells: readonly CellPairs[],
    of: (pairs: readonly Pair[]) => readonly number[],
    alpha: number,
  ): string => {
    const alarms = cells.filter(({ pairs }) => pValue(pairedDifference(of(pairs))) < alpha).length;
    return percent(alarms / sessions);
  };
  table(
    '2 % of requests stall for 500 ms: which figure sees it, alone and where it must pass the first step of Holm',
    ['figure', 'false alarms', 'stalls seen, p < 0.05', 'p < 0.0125', 'all 5 % slower, p < 0.05'],
    Object.entries(TAILS).map(([name, of]) => [
      name,
      found(equal, of, 0.05),
      found(stalling, of, 0.05),
      found(stalling, of, 0.0125),
      found(slower, of, 0.05),
    ]),
  );
}

/** Looks, order and family: no requests are needed to see them. */
function designTable(): void {
  const sessions = SESSIONS * 10;
  const places = pairOrder(6, 0).map((first, k) =>
    first === 'baseline' ? ([2 * k, 2 * k + 1] as const) : ([2 * k + 1, 2 * k] as const),
  );
  const apart = Array.from({ length: 6 }, (_, k) => [k, 6 + k] as const);
  const drifting = (of: readonly (readonly [number, number])[], drift: number): string =>
    percent(falseAlarmsUnderDrift(of, drift, 0.02, sessions, SEED + 6));
  table(
    'Equal servers called different',
    ['design', 'false alarms'],
    [
      ['one look at 6 pairs', percent(falseAlarmsOfLooks([6], sessions, SEED + 7))],
      ['looks at 6, 10, 16', percent(falseAlarmsOfLooks([6, 10, 16], sessions, SEED + 8))],
      ['looks at 6, 12', percent(falseAlarmsOfLooks([6, 12], sessions, SEED + 9))],
      ['looks at 4, 6, 8, 10', percent(falseAlarmsOfLooks([4, 6, 8, 10], sessions, SEED + 10))],
      ['peeking after every pair up to 16', percent(falseAlarmsOfPeeking(16, sessions, SEED + 11))],
      ['A B B A, drift of 3 % over the session', drifting(places, 0.03)],
      ['A B B A, drift of 10 %', drifting(places, 0.1)],
      ['all of A before all of B, drift of 3 %', drifting(apart, 0.03)],
      ['one run in twenty is 20 % slower', percent(falseAlarmsOfStrayRuns(0.02, sessions, SEED + 15))],
      [
        'any of 4 independent metrics, uncorrected',
        percent(familyErrors(4, 0, sessions, SEED + 12).uncorrected),
      ],
      ['any of 4 independent metrics, Holm', percent(familyErrors(4, 0, sessions, SEED + 12).holm)],
      [
        'any of 4 metrics with a correlation of 0.9, Holm',
        percent(familyErrors(4, 0.9, sessions, SEED + 13).holm),
      ],
      ['any of 16 metrics (4 cells), Holm', percent(familyErrors(16, 0, sessions, SEED + 14).holm)],
    ],
  );
}

const NOISES: Readonly<Record<string, RunNoise>> = {
  normal: {},
  'heavy tails (t, three degrees of freedom)': { heavy: true },
  'the second run of a pair, or the first of a side, differs by 1.5 sd': { bias: 1.5 },
  'correlation 0.3 with the run before': { correlation: 0.3 },
  'correlation 0.5': { correlation: 0.5 },
  'heavy tails, correlation 0.5': { heavy: true, correlation: 0.5 },
  'correlation 0.7': { correlation: 0.7 },
};

/** What three replicates are worth. */
function coverageTable(): void {
  const sizes = [3, 4, 6, 10];
  const designs = ['pairs', 'apart', 'alternating'] as const;
  table(
    'Intervals that cover the truth, 95 % nominal',
    ['noise', ...designs.flatMap((design) => sizes.map((n) => `${n} ${design}`))],
    Object.entries(NOISES).map(([name, noise]) => {
      const covered = sizes.map((n) => coverageOf(noise, n, SESSIONS * 2.5, SEED + n));
      return [name, ...designs.flatMap((design) => covered.map((of) => percent(of[design])))];
    }),
  );
}

const CONDITIONS: Readonly<Record<string, VirtualNoise>> = {
  'pair noise 1 %': { ...QUIET, pair: 0.01 },
  '2 %': QUIET,
  '3 %': { ...QUIET, pair: 0.03 },
  '2 %, heavy tails': { ...QUIET, runs: { heavy: true } },
  '2 %, correlation 0.5': { ...QUIET, runs: { correlation: 0.5 } },
  '2 %, stalls in both arms': { ...QUIET, stalls: { share: 0.005, meanMs: 300 } },
};

const CHECKS: Readonly<Record<keyof Alarms, string>> = {
  drift: '`drift` forbids the verdict',
  slot: '`slot` forbids the verdict',
  anyOrder: 'either of them, at any of 6, 10 and 16 pairs',
  cache: '`cache` forbids the verdict',
  control: '`--control` leaves a pair out',
  noise: '`aa` calls its noise unsound',
  outlier: 'an outlier is named (nothing is forbidden)',
};

/** How often checks speak up although nothing is wrong. */
function alarmTable(): void {
  const played = Object.values(CONDITIONS).map((noise, i) => {
    const sessions = SESSIONS / 2;
    const { anyOrder } = alarmsOf(sessions / 2, SEED + 30 + i, { noise }, [6, 10, 16]);
    return { ...alarmsOf(sessions, SEED + 20 + i, { noise }, [6]), anyOrder };
  });
  table(
    'Checks that speak up in sessions of 6 pairs of one server with itself, nothing being wrong',
    ['check', ...Object.keys(CONDITIONS)],
    (Object.keys(CHECKS) as (keyof Alarms)[]).map((check) => [
      CHECKS[check],
      ...played.map((alarms) => percent(alarms[check])),
    ]),
  );
}

/** What they see when something is wrong, with a pair noise of 1 %. */
function detectionTable(): void {
  const runs = (bias: number): Partial<SessionOptions> => ({
    noise: { ...QUIET, pair: 0.01, runs: { bias: (Math.log1p(bias) * Math.SQRT2) / 0.01 } },
  });
  const calm = { ...QUIET, pair: 0.01 };
  const jolt = (by: number): Partial<SessionOptions> => ({
    noise: calm,
    drift: (run) => (run === 5 ? Math.log1p(by) : 0),
  });
  const drift = (by: number): Partial<SessionOptions> => ({
    noise: calm,
    drift: (run) => (Math.log1p(by) * run) / 11,
  });
  const wrongs: Readonly<Record<string, Partial<SessionOptions>>> = {
    'the second run of a pair is 5 % slower': runs(0.05),
    'the second run of a pair is 10 % slower': runs(0.1),
    'the machine becomes 5 % slower': drift(0.05),
    'the machine becomes 15 % slower': drift(0.15),
    'one run in twelve, and its control, is 10 % slower': jolt(0.1),
    'one run in twelve, and its control, is 20 % slower': jolt(0.2),
  };
  table(
    'Checks that speak up in sessions of 6 pairs of one server with itself, pair noise 1 %, something being wrong',
    ['what', 'drift', 'slot', '--control', 'aa: unsound'],
    Object.entries(wrongs).map(([name, options], i) => {
      const { drift: drifts, slot, control, noise } = alarmsOf(SESSIONS / 8, SEED + 40 + i, options, [6]);
      return [name, ...[drifts, slot, control, noise].map(percent)];
    }),
  );
}

metricTable();
verdictTable();
tailTable();
designTable();
coverageTable();
alarmTable();
detectionTable();
