import type { MessagePort } from 'node:worker_threads';
import type { LoggedBody } from '../../model/body-log.ts';
import type { CaptureStart, ServerState } from '../../model/capture.ts';
import type { LiveSample } from '../../model/completion.ts';
import type { Drops, ExchangeEnd, ExchangeStart } from '../../model/exchange.ts';
import type { RawResult } from '../../model/result.ts';
import type { RunEnd, RunInstant, RunStart } from '../../model/run.ts';
import type { TapePlace } from '../tape-place.ts';
import type { StateOwner, WriteMode } from '../tape-writer.ts';
import type { LedgerPage } from './begun-ledger.ts';
import type { ResultPack } from './result-pack.ts';

/** What the tape's thread is started with. */
export interface TapeThreadData {
  readonly path: string;
  readonly mode: WriteMode;
  /** How to read and what to keep, for the worker's entry file; plain data. */
  readonly policy?: unknown;
  /** The thread gives way to every other of the machine: what is measured must not wait for what is written. */
  readonly yielding?: boolean;
  /** Where exchanges are counted when they begin; absent where the tape is written by this process itself. */
  readonly ledger?: LedgerPage | null;
  /** The memory of the tape's counters. */
  readonly counters: SharedArrayBuffer;
}

/** Parts of an exchange on their way to the tape. `bytes` is what they count while they wait. */
export type ExchangeRecord =
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
    };

/** Records of exchanges on their way to the tape: to hand on objects costs four times as much, at each thread and process. */
export interface RecordPacket {
  /** What they count while they wait. */
  readonly bytes: number;
  /** Exchanges that end in it. */
  readonly ends: number;
  /**
   * One record behind the other, each at a multiple of eight bytes: the sizes of its parts, the record as JSON without its
   * arrays, and these: instants of reads, their sizes, the request's body and the answer's.
   */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** What the tape's thread writes without being asked for an answer: it may be lost, and is counted then. */
export type TapeRecord =
  | ExchangeRecord
  | { readonly kind: 'result'; readonly runId: number; readonly result: RawResult; readonly bytes: number };

/** What every thread that writes to the tape asks of the tape's thread. */
export interface TapeQueueMethods {
  records(packet: RecordPacket): void;
  results(runId: number, pack: ResultPack): void;
  /** Answered when everything that came on the same line before is on disk, or counted as lost. */
  flush(): void;
}

/** What the thread that opened the tape asks of it besides; answered when it is on disk. */
export interface TapeThreadMethods extends TapeQueueMethods {
  /** Serves another thread's line. */
  connect(line: { readonly port: MessagePort }): void;
  beginCapture(start: CaptureStart): number;
  endCapture(captureId: number, endedAtMs: number): void;
  beginRun(start: RunStart): number;
  moveRun(runId: number, start: RunInstant): void;
  breakResults(runId: number, seqs: readonly number[]): void;
  endRun(runId: number, end: RunEnd): void;
  addServerStates(owner: StateOwner, states: readonly ServerState[]): void;
  /** The tape is gone, and another one says what was lost on it. */
  toldElsewhere(): void;
  /** Writes everything and closes the tape; nothing else may come after it. */
  close(): void;
}

/** What the tape's thread reports to the thread that opened the tape. */
export interface TapeEvents {
  /** Records did not fit into the queue since this was last reported. */
  overflowed(): void;
  /** Records could not be written; `failing`: nor can any other at the moment. */
  lost(why: string, failing: boolean): void;
  /** What was lost last can be written again. */
  recovered(): void;
  /** The file was moved, or it is deleted or replaced: then everything on it is lost. */
  left(place: Exclude<TapePlace, 'there'>): void;
  /** What writes the tape has ended, and what was on its way there is lost. */
  died(why: string): void;
  samples(samples: readonly LiveSample[]): void;
}

/** What is asked of a process that writes a tape. */
export interface TapeProcessMethods extends Omit<TapeThreadMethods, 'connect'> {
  /** What waits for it and what was lost by others, on its tape and on earlier ones: it shares no memory with them. */
  sync(waitingBytes: number, drops: Drops, takenOver: number): void;
}

/** What it has done since it last said so. */
export interface TapeProgress {
  /** Of the queue. */
  readonly bytes: number;
  /** Exchanges that had ended and are on disk, or among the lost. */
  readonly ends: number;
  readonly lost: number;
  readonly isFailing: boolean;
  readonly isNearlyFull: boolean;
}

/** What a process that writes a tape reports. */
export interface TapeProcessEvents extends TapeEvents {
  counted(progress: TapeProgress): void;
}
