import type { NoFacts, Note } from '../note.ts';

/** Why a record of another tool's file is not on the tape, a closed list. */
export const IMPORT_SKIPS = [
  'notJson',
  'invalidUtf8',
  'tooLong',
  'tooDeep',
  /** The file ends, or was cut, in the middle of it. */
  'incomplete',
  /** A member that is needed is missing or of another type. */
  'malformed',
  /** It belongs to another format than the file. */
  'otherFormat',
  /** A recording of an old version of its tool, which the tool itself converts. */
  'oldVersion',
  /** Without messages, prompt or input. */
  'noRequest',
  /** The file has the record of a request, but not its body. */
  'noBody',
  /** A trace row with several inputs, of which none has precedence. */
  'severalInputs',
  /** No POST to an API that is known. */
  'unknownApi',
  /** Of a trace: another operation, such as a search or a tool. */
  'noModelCall',
  /** Answered from a gateway's cache: the server never saw it. */
  'cached',
  /** Its texts were taken out by the tool that wrote the file. */
  'redacted',
  /** Its texts were shortened by the tool that wrote the file. */
  'shortened',
  /** Sent by a benchmark before its measurement. */
  'warmup',
  /** A trace row without output tokens: a request that failed. */
  'noOutput',
  /** Results with sums over all requests only. */
  'noSingleRequests',
  /** Results that do not say when requests were sent. */
  'noStartTimes',
] as const;

export type ImportSkipReason = (typeof IMPORT_SKIPS)[number];

/** How many records, and where the first of them is. */
interface Skipped {
  readonly records: number;
  readonly file: string;
  /** Line of the file, or number of the record in a file without lines; counts from 1. */
  readonly line: number;
}

export type ImportSkip = Note<{ readonly [Reason in ImportSkipReason]: Skipped }>;

/** What an import reports about the requests that it wrote. Counts are of requests. */
export interface ImportFacts {
  /** The file has no arrival times: its order is kept, and only closed loops and given rates can replay it. */
  noArrivals: NoFacts;
  /** Arrivals count from an unknown time of day. */
  noWallTime: NoFacts;
  /** Requests without an arrival time among others that have one. */
  untimed: { readonly requests: number };
  /** The bodies are made of what the tool kept of them: parameters that it does not know are lost. */
  bodiesRebuilt: { readonly requests: number };
  /** Prompts are synthetic: only their lengths and common beginnings are those of the file. */
  promptsSynthetic: { readonly requests: number; readonly as: 'tokens' | 'text' };
  noModel: { readonly requests: number };
  /** Records of one request that the tool's format does not have, such as a time beside a plain body. */
  strayMember: { readonly requests: number; readonly member: string };
  /** The pause between two arrivals is longer than a day. */
  longPause: { readonly days: number };
  /** Results have no bodies: their runs can be compared and not repeated. */
  runsOnly: NoFacts;
  /** The file ends in the middle, as a compressed file that was not closed does. */
  fileCut: { readonly file: string };
  /** A compressed file does not decompress to its end, or to something else than was compressed. */
  fileDamaged: { readonly file: string };
  /** Behind the last compressed member of a file are other bytes. */
  fileTrailing: { readonly file: string };
}

export type ImportNote = Note<ImportFacts>;
