import type { NamedError } from './outcome.ts';

/**
 * One thing that the product says, of a closed family: its kind and the facts of it. A family is an interface with a
 * member for each kind, whose type is the facts: numbers, names and other notes, never finished text. Notes are stored
 * and printed as they are; `report/messages` makes their sentences.
 */
export type Note<Family> = {
  readonly [Kind in keyof Family]: { readonly kind: Kind } & Family[Kind];
}[keyof Family];

/** The facts of a kind that says everything by itself. */
export type NoFacts = Readonly<Record<never, never>>;

/** Why a recorded request is not replayed, a closed list. */
export const SKIP_REASONS = [
  'notSelected',
  'beyondLimit',
  /** No POST to an API that is known. */
  'unknownApi',
  'bodyNotRecorded',
  'bodyTruncated',
  'requestIncomplete',
  'refusedWhenRecorded',
  'abortedByClient',
  /** It continues a response that only the recorded server keeps. */
  'continuesStoredResponse',
] as const;

export type SkipReason = (typeof SKIP_REASONS)[number];

/** In how many recorded requests. */
interface Counted {
  readonly requests: number;
}

export type Skips = { readonly [Reason in SkipReason]: Counted };

/** Recorded requests that a run leaves out, by reason. */
export type Skip = Note<Skips>;

/** Why the length of a response is left to the model, a closed list. */
export const FREE_LENGTHS = [
  'responseIncomplete',
  'tokensNotCounted',
  'noToken',
  'severalAnswers',
  'structuredOutput',
  'forcedTool',
  'stopString',
] as const;

export type FreeLength = (typeof FREE_LENGTHS)[number];

/** What a replay changes in a recorded body; fields are named as in the API. */
export interface BodyEdits {
  fieldRemoved: { readonly field: string };
  /** Set to the recorded length. */
  lengthPinned: { readonly field: string };
  /** Lowered to the recorded length. */
  fieldLowered: { readonly field: string };
  flagSet: { readonly field: string; readonly value: boolean };
  /** To the user's own value, which the run's settings have. */
  fieldSet: { readonly field: string };
  /** The user's own field could not be set: the body has no such place. */
  fieldMissing: { readonly field: string };
  modelRenamed: NoFacts;
  cacheSalted: NoFacts;
  usageRequested: { readonly usage: 'final' | 'continuous' };
  /** Sent as it is, although the client had compressed it. */
  codingRemoved: NoFacts;
}

export type BodyEdit = Note<BodyEdits>;

/** What a run changed in recorded bodies, and why it left lengths free although they were to be pinned. */
export type BodyChanges = { readonly [Kind in keyof BodyEdits]: BodyEdits[Kind] & Counted } & {
  readonly lengthNotPinned: { readonly why: FreeLength } & Counted;
};

export type BodyChange = Note<BodyChanges>;

/** Why a server did not reset its prefix cache although it was asked to. */
export interface CacheRefusals {
  status: { readonly status: number };
  failed: NoFacts;
  noAnswer: { readonly error: string };
}

export type CacheRefusal = Note<CacheRefusals>;

/** A figure of the load generator that was beyond its limit, and the number of threads to try instead. */
type TooSlow<Figures> = Figures & { readonly tryWorkers: number };

/** Why a run's figures must not be used, each with the figure and the limit that it broke. Shares are of 1. */
export interface InvalidReasons {
  stoppedEarly: { readonly afterMs: number };
  noRequestSent: NoFacts;
  /** All that were sent were still waiting at the end of a run that drops those. */
  noneAnswered: NoFacts;
  noneSucceeded: NoFacts;
  requestsFailed: {
    readonly failed: number;
    readonly requests: number;
    readonly limit: number;
    /** Null where no kind of error is known. */
    readonly mostOften: NamedError | null;
  };
  serverRestarted: NoFacts;
  connectionsMissing: { readonly open: number; readonly asked: number };
  /** Share of the connection time that held a request (Little's law in a closed loop). */
  connectionsIdle: TooSlow<{ readonly occupancy: number; readonly limit: number }>;
  loopBusy: TooSlow<{ readonly utilization: number; readonly limit: number }>;
  loopLate: TooSlow<{ readonly p99Ms: number; readonly limitMs: number }>;
  requestsLate: TooSlow<{ readonly p99Ms: number; readonly limitMs: number }>;
  /** Requests of an open loop that waited because `maxInFlight` was reached. */
  throttled: { readonly waited: number; readonly requests: number; readonly limit: number };
  slowRamp: { readonly rampMs: number; readonly limitMs: number };
  longDrain: { readonly drainMs: number; readonly windowMs: number };
  resultsLost: { readonly results: number };
  /** Shards that did not send their part to its end, by number. */
  shardsLost: { readonly shards: readonly number[]; readonly of: number };
  /** From the start of the first shard to that of the last, with what the measurement can be off. */
  startSkewed: { readonly skewMs: number; readonly limitMs: number };
  processDied: NoFacts;
}

export type InvalidReason = Note<InvalidReasons>;
