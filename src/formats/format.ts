import type { AnswerFigures } from '../model/completion.ts';
import type { JsonObject } from '../model/json.ts';
import type { ImportFacts, ImportSkipReason } from '../model/notes/imports.ts';
import type { TransportEnd } from '../model/outcome.ts';
import type { BenchmarkRun } from './results/benchmark-run.ts';

/** What is looked at to find out which format a file has. */
export interface FileHead {
  /** The file's beginning, without a byte order mark. */
  readonly bytes: Uint8Array;
  /** Whether that is the whole file. */
  readonly isWhole: boolean;
  /** The first line. */
  readonly line: string;
  /** Whether lines are JSON values of their own; else the file is one value, or has none. */
  readonly hasJsonLines: boolean;
  /** The first JSON objects: of lines, or elements of the array that holds the records. */
  readonly objects: readonly JsonObject[];
  /** Where none of them is whole: the members of the first one before its first list. */
  readonly beginning: JsonObject | null;
}

/** One format of another tool: how a file of it looks, and how it is read. */
export interface Format {
  /** Whether a file is of this format; formats are asked in the order of the table, and the first one counts. */
  fits(head: FileHead): boolean;
  /**
   * Reads one file, which need not be in memory.
   * @param ofAnother whether an object is a record of another format
   */
  reader(head: FileHead, ofAnother: (document: JsonObject) => boolean): RecordReader;
}

/** Reads the records of one file, whose bytes come in pieces. Never throws: what cannot be read is skipped, with the reason. */
export interface RecordReader {
  push(piece: Uint8Array): readonly PlacedRecord[];
  /** What remained. */
  end(): readonly PlacedRecord[];
  /** Asked after the end: whether the file was cut between two records. */
  wasCut?(): boolean;
  /** Asked after the end: the runs of a file of results. */
  runs?(): readonly BenchmarkRun[];
}

/** A record and where it is: the line of the file, or the number of the record in a file without lines, from 1. */
export interface PlacedRecord {
  readonly line: number;
  readonly decoded: Decoded;
}

/** What became of a record: a request, or the reason why it is none. */
export type Decoded = ForeignExchange | ImportSkipReason;

/**
 * A request of another tool's file, with what the file knows of its answer. Instants are microseconds since 1970, or since
 * some start that the file does not name; nothing is derived that the file does not hold.
 */
export interface ForeignExchange {
  /** Null where the file does not say. */
  readonly arrivedUs: number | null;
  readonly request: ForeignRequest;
  /** The name of its conversation. */
  readonly session: string | null;
  readonly answer: ForeignAnswer;
  /** A member of the record that its format does not have, such as a time beside a plain body. */
  readonly stray?: ImportFacts['strayMember']['member'];
}

export type ForeignRequest =
  | {
      readonly kind: 'body';
      /** With query. */
      readonly path: string;
      /** Raw pairs, credentials still in them. */
      readonly headers: readonly string[];
      readonly bytes: Uint8Array;
      /** Whether the body was made here of its parts; else its bytes are the file's own. */
      readonly isRebuilt: boolean;
    }
  | {
      /** Lengths alone: the prompt is made. */
      readonly kind: 'lengths';
      readonly parts: readonly PromptPart[];
      readonly maxTokens: number;
      readonly model: string | null;
    };

/** A piece of a synthetic prompt: equal pieces have equal tokens, and others differ from their first one. */
export interface PromptPart {
  /** Names the content: pieces of the same name begin alike, the shorter one is a prefix of the longer one. */
  readonly seed: string;
  /** Decides the first token: consecutive numbers differ. */
  readonly number: number;
  /** Whether other requests have the piece as well; pieces of both kinds never begin alike. */
  readonly isShared: boolean;
  /** In tokens. */
  readonly length: number;
}

export type ForeignAnswer = KnownAnswer | WireAnswer;

/** Figures that the tool kept of an answer, null where it kept none. */
export interface KnownAnswer
  extends Pick<
    AnswerFigures,
    | 'outcome'
    | 'error'
    | 'firstTokenUs'
    | 'promptTokens'
    | 'completionTokens'
    | 'cachedTokens'
    | 'finishReason'
  > {
  readonly kind: 'figures';
  readonly status: number | null;
  readonly finishedUs: number | null;
}

/** An answer whose bytes the file holds: they are read as the recorder reads them. */
export interface WireAnswer {
  readonly kind: 'wire';
  readonly status: number | null;
  readonly headers: readonly string[];
  readonly body: Uint8Array | null;
  readonly headersUs: number | null;
  readonly firstByteUs: number | null;
  readonly finishedUs: number | null;
  readonly transport: TransportEnd;
  /** When pieces of the body came, and how long each is; null where the file does not say. */
  readonly reads: { readonly atUs: Float64Array; readonly bytes: Uint32Array } | null;
  /** When the last byte of the request was sent. */
  readonly requestEndUs: number | null;
}

/** Nothing is known of the answer. */
export const NO_ANSWER: KnownAnswer = {
  kind: 'figures',
  outcome: 'unknown',
  error: null,
  status: null,
  firstTokenUs: null,
  finishedUs: null,
  promptTokens: null,
  completionTokens: null,
  cachedTokens: null,
  finishReason: null,
};
