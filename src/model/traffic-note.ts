import type { NoFacts, Note } from './note.ts';

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
