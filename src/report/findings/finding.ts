import type { Slo } from '../../measure/goodput.ts';
import type { ColdStart, Outage, Stall } from '../../measure/interruptions.ts';
import type { InvalidReason, Note } from '../../model/note.ts';
import type { Cell } from '../../model/run.ts';

/** The part of a report that a finding belongs to: what the data show, what they cannot show, what to do. */
export type FindingSection = 'finding' | 'limit' | 'recommendation';

/** How many valid runs and requests some figures are of. */
interface Sampled {
  readonly runs: number;
  readonly requests: number;
}

/** What a load gave; medians over runs. */
interface LoadFigures extends Sampled {
  readonly requestsPerSec: number;
  /** Of end-to-end latencies or, in an open loop, of response times, which count from the planned instant. */
  readonly meanMs: number;
}

/** The figures of one number of connections, over the valid runs of all its cells. */
export interface Level extends LoadFigures {
  readonly connections: number;
}

/** A change with its 95 % interval, all as ratios. */
export interface RatioInterval {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** A cell's figures as shown by a finding. */
export interface CellFacts extends LoadFigures {
  readonly cell: Cell;
  readonly tokensPerSec: number | null;
}

/** A cell's goodput over its valid runs. */
export interface CellGoodput extends Sampled {
  readonly cell: Cell;
  /** Share of requests that met every limit; median over runs. */
  readonly share: number;
  /** Good requests per second; median over runs. */
  readonly goodPerSec: number;
}

/** The mean rate of arrivals of an open loop with what it gave, over the valid runs of its cells. */
export interface ArrivalLevel extends LoadFigures {
  readonly arrivalsPerSec: number;
}

/** Limits, and the share of requests that must meet them. */
interface Objective {
  readonly slo: Slo;
  readonly wanted: number;
}

/** What the rules about objectives and arrivals can find. */
export interface ObjectiveFacts {
  sloCell: Objective & { readonly best: CellGoodput; readonly cells: readonly CellGoodput[] };
  sloNone: Objective & { readonly nearest: CellGoodput; readonly cells: readonly CellGoodput[] };
  sloPoint: Objective & { readonly best: CellGoodput };
  arrivals: { readonly from: ArrivalLevel; readonly to: ArrivalLevel };
}

/** How long requests of a cell waited in the server's queue, by the server's own count. */
export interface CellQueueing {
  readonly cell: Cell;
  /** Mean over requests; median over runs. */
  readonly queueMs: number;
  /** Of the server's own end-to-end time. */
  readonly share: number;
}

/** What a run found in the server's prefix cache. */
export interface RunHits {
  readonly run: number;
  /** 0 to 1 */
  readonly hitRate: number;
  /** p50; null where nothing was streamed, or too little. */
  readonly ttftMs: number | null;
}

/** What the rules about the server's own figures can find. */
export interface ServerEvidence {
  queueing: {
    /** The first in the order of the load that queued. */
    readonly from: CellQueueing;
    readonly cells: readonly CellQueueing[];
    readonly limit: number;
  };
  noQueueing: { readonly most: CellQueueing; readonly cells: number; readonly limit: number };
  /** The server's own times do not fit those of its clients, so that none of them is shown. */
  serverClock: {
    readonly cell: Cell;
    /** Mean end-to-end latency of a request; medians over runs. */
    readonly serverMs: number;
    readonly clientMs: number;
    readonly limit: number;
  };
  preemptions: { readonly cells: readonly { readonly cell: Cell; readonly preemptions: number }[] };
  prefixCache: {
    readonly hitRate: number;
    /** The cells with the least and the most; null of a single one. */
    readonly range: {
      readonly low: { readonly cell: Cell; readonly hitRate: number };
      readonly high: { readonly cell: Cell; readonly hitRate: number };
    } | null;
    readonly hits: number;
    readonly queries: number;
    readonly unit: 'tokens' | 'blocks';
  };
  prefixWarmed: {
    readonly cell: Cell;
    readonly first: RunHits;
    readonly last: RunHits;
    readonly margin: number;
  };
  causeUnknown: { readonly asked: boolean };
}

/** One run, by its ID, and the load that it was of. */
interface RunOfCell {
  readonly run: number;
  readonly cell: Cell;
}

/** What each rule can find, by its name: the evidence, without a word of any language. */
export interface FindingFacts extends ObjectiveFacts, ServerEvidence {
  noValidRun: { readonly reasons: readonly InvalidReason[] };
  noErrors: { readonly requests: number };
  errors: {
    readonly errors: number;
    readonly requests: number;
    /** Most frequent first. */
    readonly outcomes: readonly (readonly [string, number])[];
  };
  bestCell: CellFacts & { readonly cells: number };
  scaling: { readonly from: Level; readonly to: Level };
  knee: { readonly knee: Level; readonly next: Level; readonly levels: readonly Level[] };
  kneeOutside: { readonly side: 'above' | 'below'; readonly levels: readonly Level[] };
  kneeTooFew: { readonly levels: number; readonly wanted: number };
  threads: {
    readonly connections: number;
    readonly from: number;
    readonly to: number;
    readonly fromRuns: number;
    readonly toRuns: number;
    /** Change of the mean latency; the interval is null below three runs a side. */
    readonly ratio: number;
    readonly interval: RatioInterval | null;
    readonly matters: 'yes' | 'no' | 'unclear';
    readonly margin: number;
  };
  capacity: {
    readonly levels: number;
    readonly peak: RatioInterval;
    /** Null when the rate only approaches it. */
    readonly atConnections: number | null;
    readonly contention: number;
    readonly coherency: number;
  };
  capacityTooFew: { readonly levels: number; readonly wanted: number };
  capacityBeyond: { readonly highest: Level; readonly levels: number };
  generator: {
    readonly runs: number;
    readonly loopUtilization: number;
    readonly loopDelayP99Ms: number;
    /** Null where all loops were open. */
    readonly occupancy: number | null;
    /** Sending behind the plan; null where all loops were closed. */
    readonly lagP99Ms: number | null;
  };
  repeats: { readonly cell: Cell; readonly cv: number; readonly runs: number; readonly cells: number };
  noRepeats: { readonly cells: number };
  spread: {
    readonly narrow: { readonly cell: Cell; readonly cv: number };
    readonly wide: { readonly cell: Cell; readonly cv: number };
    readonly requests: number;
  };
  steady: { readonly runs: number; readonly largest: number; readonly margin: number };
  drift: RunOfCell & { readonly change: RatioInterval; readonly margin: number };
  coldStart: ColdStart & RunOfCell;
  /** The longest stall of a run, and how many it had. */
  stall: Stall & RunOfCell & { readonly stalls: number };
  outage: Outage & RunOfCell;
  percentiles: {
    readonly wanted: number;
    readonly cells: readonly { readonly cell: Cell; readonly requests: number }[];
  };
  notStreamed: { readonly requests: number };
  oneRequest: { readonly promptTokens: number | null; readonly outputTokens: number | null };
  reqSecLine: RunOfCell & {
    readonly mean: number;
    readonly claimed: number;
    readonly requestsPerSec: number;
  };
  cutByWindow: RunOfCell & {
    readonly drained: number;
    readonly requestsPerSec: number;
    readonly served: number;
  };
  workingPoint: { readonly level: Level };
  highestThroughput: CellFacts;
  scaleOut: { readonly level: Level };
  watchRunning: { readonly connections: number };
  watchLatency: {
    readonly cell: Cell;
    readonly percentile: 'p90' | 'p99';
    readonly ms: number;
    readonly requests: number;
  };
  watchErrors: { readonly limit: number };
  addConnections: { readonly connections: readonly number[] };
  addRepeats: { readonly wanted: number };
  addRequests: { readonly wanted: number; readonly seconds: number };
  addStream: Readonly<Record<string, never>>;
}

export type FindingKind = keyof FindingFacts;

/** What one rule found. */
export type Finding = Note<FindingFacts> & { readonly section: FindingSection };

/** How a finding is to be taken: good news, a warning, what cannot be said, what to do, or a figure alone. */
export type Severity = 'good' | 'warning' | 'open' | 'advice' | 'fact';

const GOOD: ReadonlySet<FindingKind> = new Set(['noErrors', 'generator', 'steady', 'noQueueing', 'sloCell']);
const WARNINGS: ReadonlySet<FindingKind> = new Set([
  'errors',
  'coldStart',
  'stall',
  'outage',
  'drift',
  'queueing',
  'preemptions',
  'prefixWarmed',
  'noValidRun',
  'sloNone',
]);

const OF_SECTION = { finding: 'fact', limit: 'open', recommendation: 'advice' } as const;

export function severityOf({ kind, section }: Finding): Severity {
  if (GOOD.has(kind)) return 'good';
  return WARNINGS.has(kind) ? 'warning' : OF_SECTION[section];
}

/** A finding in words. */
export interface FindingText {
  readonly sentence: string;
  /** The figures that it is made of, with their sample sizes. */
  readonly evidence: string;
  /** When the rule applies, and by which definition. */
  readonly condition: string;
}

/** Makes a finding; the rule chooses its section. */
export function found<K extends FindingKind>(
  kind: K,
  section: FindingSection,
  facts: FindingFacts[K],
): Finding {
  return { kind, section, ...facts } as unknown as Finding;
}
