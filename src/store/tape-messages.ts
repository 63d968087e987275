import type { LoggedBody } from '../model/body-log.ts';
import type { CaptureStart, ServerState } from '../model/capture.ts';
import type { Digest } from '../model/digest.ts';
import type { Drops, ExchangeEnd, ExchangeStart } from '../model/exchange.ts';
import type { RawResult } from '../model/result.ts';
import type { ResultPack } from '../model/result-pack.ts';
import type { RunEnd, RunInstant, RunStart } from '../model/run.ts';
import type { StateOwner, WriteMode } from './tape-writer.ts';

/** What the tape's thread is started with. */
export interface TapeThreadData {
  readonly path: string;
  readonly mode: WriteMode;
  /** For whoever makes the readings: how to read and what to keep; plain data. */
  readonly policy?: unknown;
  /** The thread gives way to every other of the machine: what is measured must not wait for what is written. */
  readonly yielding?: boolean;
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
      readonly kind: 'exchange-part';
      readonly captureId: number;
      readonly number: number;
      readonly part: LoggedBody;
      readonly bytes: number;
    }
  | {
      readonly kind: 'exchange-end';
      readonly captureId: number;
      readonly end: ExchangeEnd;
      readonly bytes: number;
    }
  /** A part of it did not fit into the queue: what came of the exchange so far is given up. */
  | {
      readonly kind: 'exchange-forget';
      readonly captureId: number;
      readonly number: number;
      readonly bytes: 0;
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
  | { readonly name: 'moveRun'; readonly runId: number; readonly start: RunInstant }
  | { readonly name: 'endRun'; readonly runId: number; readonly end: RunEnd }
  | {
      readonly name: 'addServerStates';
      readonly owner: StateOwner;
      readonly states: readonly ServerState[];
    }
  | { readonly name: 'flush' }
  | { readonly name: 'close' };

export type ToTapeThread =
  | { readonly kind: 'records'; readonly records: readonly TapeRecord[] }
  /** Records of the kind `result`, all of one run, packed. */
  | { readonly kind: 'results'; readonly runId: number; readonly pack: ResultPack }
  | { readonly kind: 'call'; readonly id: number; readonly call: TapeCall };

export type FromTapeThread =
  | { readonly kind: 'ready' }
  /** The tape could not be opened; `message` is meant for the user. */
  | { readonly kind: 'refused'; readonly message: string; readonly isUserError: boolean }
  | { readonly kind: 'answer'; readonly id: number; readonly value: number }
  | {
      readonly kind: 'failure';
      readonly id: number;
      readonly message: string;
      readonly isUserError: boolean;
    }
  /** So many bytes of the queue were worked off. */
  | { readonly kind: 'taken'; readonly bytes: number }
  /** Records that could not be written; `failing`: nor can any other at the moment. */
  | { readonly kind: 'lost'; readonly records: number; readonly why: string; readonly failing: boolean }
  /** What was lost last can be written again. */
  | { readonly kind: 'recovered' }
  | { readonly kind: 'digests'; readonly digests: readonly Digest[] };
