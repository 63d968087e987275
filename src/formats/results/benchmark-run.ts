import { CHUNK, type ChunkTimes, NO_CHUNKS } from '../../model/chunk-times.ts';
import type { AnswerFigures, RawAnswer } from '../../model/completion.ts';
import { peakInFlight } from '../../model/result.ts';
import type { Cell, Load, RunOrigin } from '../../model/run.ts';

/** One run of another benchmark, as its result file has it. */
export interface BenchmarkRun extends Omit<RunOrigin, 'file' | 'promptLengths'> {
  /** Null where the file does not say which server was measured. */
  readonly target: string | null;
  /** The path of the API; null where the file does not say. */
  readonly path: string | null;
  readonly cell: Cell;
  readonly load: Load;
  /** Wall-clock time, milliseconds since 1970; null where the file does not say. */
  readonly startedAtMs: number | null;
  /** From the first sending to the last response, microseconds. */
  readonly windowUs: number;
  readonly wasStopped: boolean;
  /** In the order of the plan, as far as the file shows it. */
  readonly requests: readonly BenchmarkRequest[];
}

/** One request of a benchmark. Instants are microseconds since the run's start. */
export interface BenchmarkRequest
  extends Pick<
      AnswerFigures,
      | 'outcome'
      | 'error'
      | 'firstTokenUs'
      | 'lastTokenUs'
      | 'promptTokens'
      | 'completionTokens'
      | 'cachedTokens'
      | 'tokenSource'
      | 'streamed'
    >,
    Pick<RawAnswer, 'status' | 'finishedUs'> {
  /** Its position in the plan: at equal ones, runs of one data set were asked the same. */
  readonly seq: number;
  readonly scheduledUs: number;
  readonly sentUs: number;
  /** From each chunk with text to the next; a list of their own, since a file may have millions. */
  readonly gapsUs: Float64Array;
  /** 0 where the file does not say. */
  readonly wireBytes: number;
}

/** No chunk after the first. */
export const NO_GAPS = new Float64Array(0);

/** The reads of a request's answer. Chunks that came with no time between them are one read. */
export function readsOf({ firstTokenUs, gapsUs }: BenchmarkRequest): ChunkTimes {
  if (firstTokenUs === null) return NO_CHUNKS;
  const atUs = [firstTokenUs];
  const tokens = [1];
  let at = firstTokenUs;
  for (const gap of gapsUs) {
    at += gap;
    if (gap > 0) {
      atUs.push(at);
      tokens.push(1);
    } else tokens.push((tokens.pop() ?? 0) + 1);
  }
  const kinds = tokens.map(() => CHUNK.content);
  return { ...NO_CHUNKS, atUs, bytes: tokens.map(() => 0), kinds, tokens, events: tokens };
}

/** The most requests that were between sending and end at once; 1 of none. */
export function mostInFlight(requests: readonly BenchmarkRequest[]): number {
  const [begins, ends] = [requests.map(({ sentUs }) => sentUs), requests.map(({ finishedUs }) => finishedUs)];
  return Math.max(1, peakInFlight(begins, ends));
}
