import { MARGIN } from '../../src/compare/compared-metrics.ts';
import type { ComparisonNotes } from '../../src/compare/comparison-note.ts';
import type { CellChange, Conclusions } from '../../src/compare/conclusion.ts';
import type { Invalidities } from '../../src/compare/session/invalidity.ts';
import type { NoiseCheck, NoiseDefects } from '../../src/compare/session/noise-check.ts';
import type { PairedChange, SessionConclusions } from '../../src/compare/session/session-conclusion.ts';
import {
  type BodyChanges,
  type CacheRefusals,
  FREE_LENGTHS,
  type InvalidReasons,
  type Skips,
} from '../../src/model/note.ts';

/** Facts for every kind of a family, and for every way in which its sentence can be put. */
export type SampleFacts<Family> = { readonly [Kind in keyof Family]: readonly Family[Kind][] };

const BUSY = { outcome: 'http_error', status: 503, code: null, error: 'busy' } as const;

export const SAMPLE_REASONS: SampleFacts<InvalidReasons> = {
  stoppedEarly: [{ afterMs: 3_000 }],
  noRequestSent: [{}],
  noneAnswered: [{}],
  noneSucceeded: [{}],
  requestsFailed: [
    { failed: 9, requests: 40, limit: 0.01, mostOften: BUSY },
    { failed: 2, requests: 100, limit: 0.01, mostOften: null },
  ],
  serverRestarted: [{}],
  connectionsMissing: [{ open: 199, asked: 200 }],
  connectionsIdle: [{ occupancy: 0.974, limit: 0.98, tryWorkers: 2 }],
  loopBusy: [{ utilization: 0.95, limit: 0.8, tryWorkers: 4 }],
  loopLate: [{ p99Ms: 6.1, limitMs: 5, tryWorkers: 2 }],
  requestsLate: [{ p99Ms: 2.4, limitMs: 1, tryWorkers: 2 }],
  throttled: [{ waited: 20, requests: 200, limit: 0.01 }],
  slowRamp: [{ rampMs: 5_000, limitMs: 3_000 }],
  longDrain: [{ drainMs: 90_000, windowMs: 60_000 }],
  resultsLost: [{ results: 1 }, { results: 7 }],
  shardsLost: [
    { shards: [2], of: 4 },
    { shards: [0, 1, 2, 5, 7], of: 8 },
  ],
  startSkewed: [{ skewMs: 75, limitMs: 50 }],
  processDied: [{}],
};

const ONE = [{ requests: 7 }];

export const SAMPLE_SKIPS: SampleFacts<Skips> = {
  notSelected: ONE,
  beyondLimit: ONE,
  unknownApi: ONE,
  bodyNotRecorded: ONE,
  bodyTruncated: ONE,
  requestIncomplete: ONE,
  refusedWhenRecorded: ONE,
  abortedByClient: ONE,
  continuesStoredResponse: ONE,
};

export const SAMPLE_CHANGES: SampleFacts<BodyChanges> = {
  fieldRemoved: [{ field: 'request_id', requests: 3 }],
  lengthPinned: [{ field: 'max_tokens', requests: 3 }],
  fieldLowered: [{ field: 'min_tokens', requests: 3 }],
  flagSet: [
    { field: 'ignore_eos', value: true, requests: 3 },
    { field: 'stream', value: false, requests: 3 },
  ],
  fieldSet: [{ field: 'top_p', requests: 3 }],
  fieldMissing: [{ field: 'n_best[3]', requests: 3 }],
  modelRenamed: [{ requests: 3 }],
  cacheSalted: [{ requests: 3 }],
  usageRequested: [
    { usage: 'final', requests: 3 },
    { usage: 'continuous', requests: 3 },
  ],
  codingRemoved: [{ requests: 3 }],
  lengthNotPinned: FREE_LENGTHS.map((why) => ({ why, requests: 3 })),
};

export const SAMPLE_CACHE_REFUSALS: SampleFacts<CacheRefusals> = {
  status: [{ status: 404 }],
  failed: [{}],
  noAnswer: [{ error: 'ECONNREFUSED' }],
};

export const SAMPLE_INVALIDITIES: SampleFacts<Invalidities> = {
  pairs: [
    {
      valid: 2,
      made: 6,
      needed: 3,
      example: { run: 4, reason: { kind: 'loopBusy', utilization: 0.95, limit: 0.8, tryWorkers: 4 } },
    },
    { valid: 1, made: 1, needed: 3, example: null },
  ],
  errors: [{ arm: 'candidate', failed: 33, requests: 3_000, limit: 0.01 }],
  models: [{ baseline: '/m/llama', candidate: '/m/qwen' }],
  lengths: [
    { baseline: 3_000, candidate: 3_018, limit: 0.005, pinned: false },
    { baseline: 3_000, candidate: 1_200, limit: 0.005, pinned: true },
  ],
  cache: [{ baseline: 0.2, candidate: 0.62, limit: 0.01 }],
  slot: [{ metric: 'tpot', ratio: 1.08, limit: 0.03 }],
  drift: [
    { of: 'both', metric: 'tpot', ratio: 1.22, limit: 0.1 },
    { of: 'difference', metric: 'longestStall', ratio: 0.92, limit: 0.03 },
  ],
  restart: [
    { arm: 'baseline', from: 2, to: 4, change: { by: 'process' } },
    { arm: 'candidate', from: 4, to: 4, change: { by: 'counter', counter: 'vllm:tokens_total' } },
    { arm: 'candidate', from: 2, to: 4, change: { by: 'version', from: '0.32.0', to: '0.33.0' } },
  ],
};

const CELL = { threads: 2, connections: 8 };
const OPEN_CELL = { threads: 1, connections: 20, ratePerSec: 3.2 };

const AT = { cell: CELL, metric: 'tpot', p: 0.0001 } as const;

export const SAMPLE_DEFECTS: SampleFacts<NoiseDefects> = {
  position: [{ ...AT, ratio: 1.04 }],
  trend: [
    { ...AT, of: 'both', ratio: 1.08 },
    { ...AT, of: 'difference', ratio: 0.96 },
  ],
  outlier: [{ ...AT, pair: 3, ratio: 1.3 }],
};

const OF_NOISE = { defects: [], pairs: 6, needed: 6 } as const;

export const SAMPLE_NOISE: readonly NoiseCheck[] = [
  { ...OF_NOISE, sound: true },
  { ...OF_NOISE, sound: null, pairs: 3 },
  { ...OF_NOISE, sound: false, defects: [{ kind: 'outlier', ...AT, pair: 3, ratio: 1.3 }] },
];

export const SAMPLE_NOTES: SampleFacts<ComparisonNotes> = {
  runLeftOut: [
    { run: 3, reasons: [{ kind: 'noneSucceeded' }, { kind: 'connectionsMissing', open: 3, asked: 4 }] },
  ],
  obstacle: [
    { obstacle: { kind: 'settings', differences: [{ option: '--seed', before: '1', after: '2' }] } },
    {
      obstacle: {
        kind: 'settings',
        differences: [{ option: null, before: '3 (ab)', after: '4 (cd)' }],
      },
    },
    { obstacle: { kind: 'cache', before: 0.02, after: 0.95, limit: 0.05 } },
  ],
  obstacleAccepted: [{ obstacle: { kind: 'cache', before: 0.02, after: 0.95, limit: 0.05 } }],
  lengthsDiffer: [
    { before: 200, after: 150, pinned: false, imported: true },
    { before: 20, after: 20.4, pinned: false },
    { before: 10, after: 4, pinned: true },
  ],
  lengthsNotKept: [
    { side: 'before', asked: 200, generated: 80 },
    { side: 'after', asked: 200, generated: 1_000 },
  ],
  countedApart: [
    { before: 'usage', after: 'events' },
    { before: 'both', after: 'usage' },
  ],
  eventsDiffer: [{ before: 24, after: 6 }],
  extentsDiffer: [
    { before: { requests: 12, durationUs: null }, after: { requests: 18, durationUs: null } },
    { before: { requests: null, durationUs: 30e6 }, after: { requests: null, durationUs: null } },
  ],
  machineDrifted: [{ metric: 'e2elP50', ratio: 1.2, low: 0.96, high: 1.05 }],
  madeApart: [
    { before: 'v1', after: 'v2', repeated: false },
    { before: 'v1', after: 'v2', repeated: true },
  ],
  importedRuns: [{ tool: 'vllm-bench' }],
  cellNotShared: [
    { cell: CELL, ran: 'before' },
    { cell: OPEN_CELL, ran: 'after' },
  ],
  accepted: [{ finding: { kind: 'models', baseline: 'a', candidate: 'b' } }],
  pairsLeftOut: [
    { runs: [{ pair: 3, arm: 'candidate', run: 6 }], reasons: [{ kind: 'noRequestSent' }] },
    {
      runs: [
        { pair: 1, arm: 'baseline', run: 1 },
        { pair: 1, arm: 'candidate', run: 2 },
        { pair: 4, arm: 'candidate', run: 7 },
      ],
      reasons: [{ kind: 'noRequestSent' }],
    },
  ],
  pairsMadeAgain: [{ pairs: [2] }, { pairs: [2, 5] }],
  controlMoved: [
    { moved: [{ pair: 2, arm: 'baseline', ratio: 1.34 }], limit: 0.1 },
    {
      moved: [
        { pair: 2, arm: 'baseline', ratio: 1.34 },
        { pair: 5, arm: 'candidate', ratio: 0.8 },
      ],
      limit: 0.1,
    },
  ],
  controlSteady: [{ most: 0.021, limit: 0.1 }],
  controlMissing: [{ pairs: [2] }, { pairs: [2, 5] }],
  primaryReplaced: [{ declared: 'tpot', by: 'e2el' }],
  unsettled: [{ metric: 'longestStall', low: 0.992, high: 1.041 }],
  stopped: [{ made: 2, planned: 6 }],
};

const SIDES = { before: 'v1', after: 'v2' } as const;
const CHANGE: CellChange = { metric: 'ttftP50', cell: CELL, ratio: 1.2, low: 1.19, high: 1.21 };
const BETTER: CellChange = { metric: 'tpotP50', cell: OPEN_CELL, ratio: 0.8, low: null, high: null };

export const SAMPLE_CONCLUSIONS: SampleFacts<Conclusions> = {
  regression: [
    { ...SIDES, change: CHANGE, improved: null },
    { ...SIDES, change: CHANGE, improved: BETTER },
  ],
  improvement: [{ ...SIDES, change: BETTER }],
  equivalent: [{ ...SIDES, margins: MARGIN }],
  small: [{ ...SIDES, change: CHANGE, margins: MARGIN }],
  inconclusive: [{ ...SIDES, margins: MARGIN }],
  tooFewRuns: [
    {
      ...SIDES,
      cells: [{ cell: CELL, before: { made: 3, valid: 1 }, after: { made: 3, valid: 2 } }],
      needed: 3,
    },
    {
      ...SIDES,
      cells: [
        { cell: CELL, before: { made: 2, valid: 2 }, after: { made: 2, valid: 2 } },
        { cell: OPEN_CELL, before: { made: 2, valid: 2 }, after: { made: 2, valid: 2 } },
      ],
      needed: 3,
    },
    {
      ...SIDES,
      cells: [CELL, OPEN_CELL, CELL].map((cell) => ({
        cell,
        before: { made: 2, valid: 0 },
        after: { made: 2, valid: 1 },
      })),
      needed: 3,
    },
  ],
  notComparable: [
    { ...SIDES, cells: [{ cell: CELL, cause: 'settings' }] },
    { ...SIDES, cells: [{ cell: CELL, cause: 'cache' }] },
    { ...SIDES, cells: [{ cell: CELL, cause: 'machineDrifted' }] },
    { ...SIDES, cells: [{ cell: CELL, cause: 'countedApart' }] },
    { ...SIDES, cells: [{ cell: CELL, cause: 'lengthsNotKept' }] },
    {
      ...SIDES,
      cells: [
        { cell: CELL, cause: 'lengthsDiffer' },
        { cell: OPEN_CELL, cause: 'lengthsDiffer' },
      ],
    },
  ],
  noCommonCell: [SIDES],
};

const PAIRED: PairedChange = {
  metric: 'tpot',
  better: 'lower',
  cell: { threads: 2, connections: 20 },
  ratio: 1.05,
  low: 1.04,
  high: 1.06,
  level: 0.95,
  pairs: 6,
};
const FASTER: PairedChange = { ...PAIRED, ratio: 0.95, low: 0.941, high: 0.959 };
const LOWER: PairedChange = {
  ...FASTER,
  metric: 'servedOutputTokensPerSec',
  better: 'higher',
  cell: OPEN_CELL,
};
const AROUND: PairedChange = { ...PAIRED, ratio: 0.97, low: 0.935, high: 1.006 };

export const SAMPLE_SESSION_CONCLUSIONS: SampleFacts<SessionConclusions> = {
  invalid: [{ finding: { kind: 'models', baseline: 'm', candidate: 'other' } }, { finding: null }],
  noValidPair: [{}],
  estimate: [
    { ...SIDES, change: PAIRED },
    { ...SIDES, change: { ...PAIRED, low: null, high: null, pairs: 1 } },
  ],
  regression: [
    { ...SIDES, change: PAIRED, improved: null },
    { ...SIDES, change: LOWER, improved: { metric: 'ttft', ratio: 0.8 } },
  ],
  improvement: [{ ...SIDES, change: FASTER }],
  equivalent: [{ ...SIDES, change: { ...AROUND, low: 0.993, level: 0.9 }, margin: 0.03 }],
  small: [{ ...SIDES, change: PAIRED, margin: 0.06 }],
  inconclusive: [
    { ...SIDES, change: AROUND, margin: 0.03, detectable: 0.045, pairsNeeded: 4 },
    { ...SIDES, change: AROUND, margin: 0.03, detectable: 0.9, pairsNeeded: null },
  ],
  tooFewPairs: [{ ...SIDES, needed: 3 }],
  open: [SIDES],
};
