import type { AnswerFigures, RawAnswer } from './completion.ts';

/** One replayed request as the sender's thread knows it, still unparsed. Instants in microseconds since the run's start. */
export interface RawResult {
  /** Position in the plan, from 0: the same number is the same exchange in both arms. */
  readonly seq: number;
  readonly exchangeId: number;
  /** wrk's thread, 0 to threads-1. */
  readonly thread: number;
  /** 0 to connections-1. */
  readonly connection: number;
  /** When the plan wanted it sent; in a closed loop the moment its connection became free. */
  readonly scheduledUs: number;
  /** When the first byte was handed to the socket; null when it never was. */
  readonly sentUs: number | null;
  readonly path: string;
  /** All bytes read from the socket for it, headers and chunk framing included (wrk counts these). */
  readonly wireBytes: number;
  /** The plan cut it where its recorded client had gone away: its abort is no news. */
  readonly plannedAbort: boolean;
  /** Output tokens that it asked for, no more and no fewer; null where its length was left to the model. */
  readonly askedTokens: number | null;
  readonly answer: RawAnswer;
}

/** Where a replay writes to. Returns at once. */
export interface ResultSink {
  add(result: RawResult): void;
}

/** Where results go several at a time. Returns at once and never throws: what cannot be kept is counted as dropped. */
export interface ResultBatchSink {
  addAll(results: readonly RawResult[]): void;
}

/** The memory that a result's body and reads occupy, bytes. */
export function memoryOfResult({ answer }: RawResult): number {
  return (answer.body?.byteLength ?? 0) + answer.readUs.byteLength + answer.readBytes.byteLength;
}

/** One replayed request, as read from a tape. */
export interface Result
  extends Omit<RawResult, 'path' | 'answer'>,
    Pick<RawAnswer, 'status' | 'headersUs' | 'firstByteUs' | 'finishedUs'>,
    Omit<AnswerFigures, 'chunks'> {
  readonly id: number;
  readonly runId: number;
}

/** What figures are computed from. A report reads a million of these, and what no figure uses costs a sixth of the reading. */
export type PlainResult = Omit<
  Result,
  'runId' | 'connection' | 'headersUs' | 'firstByteUs' | 'cachedTokens' | 'finishReason' | 'answerHash'
>;

/** What wrk's figures are computed from. */
export type WrkResult = Pick<
  PlainResult,
  | 'id'
  | 'seq'
  | 'thread'
  | 'scheduledUs'
  | 'sentUs'
  | 'status'
  | 'outcome'
  | 'errorCode'
  | 'finishedUs'
  | 'wireBytes'
>;

/** The parsing that the writer's thread applies to a result; `chat` owns it, the command line solders it in. */
export interface ResultReading {
  answer(path: string, raw: RawAnswer): AnswerFigures;
}

/**
 * The most requests that were in flight at one instant. One that ends at the instant another begins is over by then;
 * one without length counts alone. 0 of none.
 * @param begins when each began, and `ends` when each ended, both in any order
 */
export function peakInFlight(begins: readonly number[], ends: readonly number[]): number {
  const over = Float64Array.from(ends).sort();
  let [most, ended] = [0, 0];
  for (const [i, begin] of Float64Array.from(begins).sort().entries()) {
    while (ended < i && (over[ended] ?? Number.POSITIVE_INFINITY) <= begin) ended += 1;
    most = Math.max(most, i + 1 - ended);
  }
  return most;
}
