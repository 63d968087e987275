import type { CaptureStart, ServerState } from '../model/capture.ts';
import type { Drops, ExchangeEnd, ExchangeStart } from '../model/exchange.ts';
import type { Outcome } from '../model/outcome.ts';
import type { RawResult } from '../model/result.ts';
import type { RunEnd, RunStart } from '../model/run.ts';
import type { StateOwner, WriteMode } from './tape-writer.ts';

/** What the tape's thread is started with. */
export interface TapeThreadData {
  readonly path: string;
  readonly mode: WriteMode;
}

/** Records: sent without waiting, may be lost and are then counted. `bytes` is what they occupy in the queue. */
export type TapeRecord =
  | {
      readonly kind: 'exchange-start';
      readonly captureId: number;
      readonly start: ExchangeStart;
      readonly bytes: number;
    }
  | {
      readonly kind: 'exchange-end';
      readonly captureId: number;
      readonly end: ExchangeEnd;
      readonly bytes: number;
    }
  | { readonly kind: 'result'; readonly runId: number; readonly result: RawResult; readonly bytes: number };

/** Calls: answered once, after everything sent before is on disk. */
export type TapeCall =
  | { readonly name: 'beginCapture'; readonly start: CaptureStart }
  | {
      readonly name: 'endCapture';
      readonly captureId: number;
      readonly endedAtMs: number;
      readonly drops: Drops;
    }
  | { readonly name: 'beginRun'; readonly start: RunStart }
  | { readonly name: 'endRun'; readonly runId: number; readonly end: RunEnd }
  | {
      readonly name: 'addServerStates';
      readonly owner: StateOwner;
      readonly states: readonly ServerState[];
    }
  | { readonly name: 'flush' }
  | { readonly name: 'close' };

export type ToTapeThread =
  | TapeRecord
  | { readonly kind: 'call'; readonly id: number; readonly call: TapeCall };

/** The little that a live display needs of a result. Times in microseconds. */
export interface ResultDigest {
  readonly seq: number;
  readonly outcome: Outcome;
  readonly ttftUs: number | null;
  readonly e2elUs: number | null;
  readonly completionTokens: number | null;
}

export type FromTapeThread =
  | { readonly kind: 'ready' }
  /** The tape could not be opened; `message` is meant for the user. */
  | { readonly kind: 'refused'; readonly message: string; readonly isUserError: boolean }
  | { readonly kind: 'answer'; readonly id: number; readonly value: number }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string }
  /** So many bytes of the queue were worked off. */
  | { readonly kind: 'taken'; readonly bytes: number }
  /** So many records could not be written. */
  | { readonly kind: 'lost'; readonly records: number; readonly why: string }
  | { readonly kind: 'digests'; readonly digests: readonly ResultDigest[] };
