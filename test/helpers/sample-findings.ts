import type { FindingFacts, Level } from '../../src/report/findings/finding.ts';

const CELL = { threads: 10, connections: 100 };
const OPEN_CELL = { threads: 1, connections: 64, ratePerSec: 12.5 };
const SLO = { ttftMs: 500, tpotMs: 50, e2elMs: 10_000 };
const GOOD = { cell: CELL, share: 0.996, goodPerSec: 26.5, runs: 3, requests: 5_100 };
const LATE = {
  cell: { threads: 100, connections: 200 },
  share: 0.842,
  goodPerSec: 30.8,
  runs: 1,
  requests: 2_397,
};
const KNEE: Level = { connections: 100, requestsPerSec: 26.67, meanMs: 3_620, runs: 3, requests: 5_100 };
const MORE: Level = { connections: 200, requestsPerSec: 36.6, meanMs: 5_270, runs: 1, requests: 2_400 };
const FEW: Level = { connections: 20, requestsPerSec: 6.34, meanMs: 3_070, runs: 1, requests: 400 };
const CELL_FACTS = {
  cell: CELL,
  requestsPerSec: 26.67,
  tokensPerSec: 1_333,
  meanMs: 3_620,
  runs: 3,
  requests: 5_100,
};

/** Facts for every rule, and for every way in which it can speak. */
export const SAMPLE_FACTS: { readonly [K in keyof FindingFacts]: readonly FindingFacts[K][] } = {
  noValidRun: [{ reasons: [{ kind: 'noneSucceeded' }, { kind: 'connectionsMissing', open: 3, asked: 4 }] }],
  noErrors: [{ requests: 5_100 }],
  errors: [
    {
      errors: 12,
      requests: 1_000,
      outcomes: [
        ['timeout', 10],
        ['http_error', 2],
      ],
    },
  ],
  bestCell: [
    { ...CELL_FACTS, cells: 4 },
    { ...CELL_FACTS, tokensPerSec: null, runs: 1, cells: 2 },
  ],
  scaling: [{ from: FEW, to: KNEE }],
  knee: [{ knee: KNEE, next: MORE, levels: [FEW, KNEE, MORE] }],
  kneeOutside: [
    { side: 'above', levels: [FEW, KNEE, MORE] },
    { side: 'below', levels: [FEW, KNEE, MORE] },
  ],
  kneeTooFew: [
    { levels: 1, wanted: 3 },
    { levels: 2, wanted: 3 },
  ],
  threads: (['yes', 'no', 'unclear'] as const).map((matters) => ({
    connections: 100,
    from: 10,
    to: 100,
    fromRuns: 3,
    toRuns: matters === 'unclear' ? 1 : 3,
    ratio: 1.01,
    interval: matters === 'unclear' ? null : { ratio: 1.01, low: 0.99, high: 1.02 },
    matters,
    margin: 0.03,
  })),
  capacity: [
    {
      levels: 5,
      peak: { ratio: 40, low: 35, high: 46 },
      atConnections: 310,
      contention: 0.01,
      coherency: 1e-5,
    },
    {
      levels: 5,
      peak: { ratio: 40, low: 35, high: 46 },
      atConnections: null,
      contention: 0.01,
      coherency: 0,
    },
  ],
  capacityTooFew: [
    { levels: 3, wanted: 4 },
    { levels: 1, wanted: 4 },
  ],
  capacityBeyond: [{ highest: MORE, levels: 4 }],
  generator: [
    { runs: 3, loopUtilization: 0.12, loopDelayP99Ms: 1.4, occupancy: 0.994, lagP99Ms: null },
    { runs: 3, loopUtilization: 0.12, loopDelayP99Ms: 1.4, occupancy: null, lagP99Ms: 0.3 },
  ],
  repeats: [{ cell: CELL, cv: 0.004, runs: 3, cells: 4 }],
  noRepeats: [{ cells: 4 }],
  spread: [{ narrow: { cell: CELL, cv: 0.012 }, wide: { cell: CELL, cv: 0.3 }, requests: 5_100 }],
  steady: [{ runs: 12, largest: 0.006, margin: 0.02 }],
  drift: [{ run: 4, cell: CELL, change: { ratio: 1.05, low: 1.02, high: 1.08 }, margin: 0.02 }],
  coldStart: [
    { run: 3, cell: CELL, requests: 4, medianMs: 931, laterMs: 58.2, untilMs: 935 },
    { run: 3, cell: CELL, requests: 1, medianMs: 931, laterMs: 58.2, untilMs: 935 },
  ],
  stall: [
    { run: 3, cell: CELL, atMs: 1_430, lengthMs: 2_500, stalls: 1 },
    { run: 3, cell: CELL, atMs: 1_430, lengthMs: 2_500, stalls: 3 },
  ],
  outage: [{ run: 3, cell: CELL, atMs: 1_430, lengthMs: 8_200, failed: 40 }],
  percentiles: [{ wanted: 662, cells: [{ cell: CELL, requests: 400 }] }],
  notStreamed: [{ requests: 5_100 }],
  oneRequest: [
    { promptTokens: 13, outputTokens: 50 },
    { promptTokens: null, outputTokens: null },
  ],
  sloCell: [{ slo: SLO, wanted: 0.99, best: GOOD, cells: [GOOD, LATE] }],
  sloNone: [{ slo: SLO, wanted: 0.99, nearest: LATE, cells: [LATE] }],
  sloPoint: [
    { slo: SLO, wanted: 0.99, best: GOOD },
    { slo: SLO, wanted: 0.99, best: { ...GOOD, cell: OPEN_CELL } },
  ],
  arrivals: [
    {
      from: { arrivalsPerSec: 5, requestsPerSec: 4.9, meanMs: 2_800, runs: 3, requests: 900 },
      to: { arrivalsPerSec: 12.5, requestsPerSec: 11.8, meanMs: 4_100, runs: 1, requests: 750 },
    },
  ],
  queueing: [
    {
      from: { cell: CELL, queueMs: 850, share: 0.16 },
      cells: [
        { cell: OPEN_CELL, queueMs: 1.2, share: 0.001 },
        { cell: CELL, queueMs: 850, share: 0.16 },
      ],
      limit: 0.05,
    },
  ],
  noQueueing: [
    { most: { cell: CELL, queueMs: 1.2, share: 0.001 }, cells: 1, limit: 0.05 },
    { most: { cell: CELL, queueMs: 1.2, share: 0.001 }, cells: 4, limit: 0.05 },
  ],
  preemptions: [{ cells: [{ cell: CELL, preemptions: 1_250 }] }],
  prefixCache: (['tokens', 'blocks'] as const).map((unit) => ({
    hitRate: 0.45,
    range:
      unit === 'tokens'
        ? { low: { cell: CELL, hitRate: 0.4 }, high: { cell: OPEN_CELL, hitRate: 0.55 } }
        : null,
    hits: 45_000,
    queries: 100_000,
    unit,
  })),
  prefixWarmed: [
    {
      cell: CELL,
      first: { run: 1, hitRate: 0.1, ttftMs: 350 },
      last: { run: 5, hitRate: 0.95, ttftMs: null },
      margin: 0.05,
    },
  ],
  serverClock: [{ cell: CELL, serverMs: 5_300, clientMs: 545, limit: 1.5 }],
  causeUnknown: [{ asked: true }, { asked: false }],
  reqSecLine: [{ cell: CELL, run: 2, mean: 20.14, claimed: 201.4, requestsPerSec: 26.64 }],
  cutByWindow: [{ cell: CELL, run: 2, drained: 100, requestsPerSec: 26.67, served: 27.6 }],
  workingPoint: [{ level: KNEE }],
  highestThroughput: [CELL_FACTS],
  scaleOut: [{ level: KNEE }],
  watchRunning: [{ connections: 100 }],
  watchLatency: [{ cell: CELL, percentile: 'p99', ms: 4_200, requests: 1_700 }],
  watchErrors: [{ limit: 0.01 }],
  addConnections: [{ connections: [45, 141, 400] }],
  addRepeats: [{ wanted: 3 }],
  addRequests: [{ wanted: 662, seconds: 110 }],
  addStream: [{}],
};
