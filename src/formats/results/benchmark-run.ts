import { CHUNK, type ChunkTimes, NO_CHUNKS } from '../../model/chunk-times.ts';
import type { AnswerFigures, RawAnswer } from '../../model/completion.ts';
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
  /** In the order of the plan, as far as the file shows it: at equal positions runs of one data set were asked the same. */
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
      | 'chunks'
    >,
    Pick<RawAnswer, 'status' | 'finishedUs'> {
  readonly scheduledUs: number;
  readonly sentUs: number;
  /** 0 where the file does not say. */
  readonly wireBytes: number;
}

/**
 * The reads of a stream. Chunks that came with no time between them are one read.
 * @param gapsUs from each chunk with text to the next, microseconds
 */
export function readsOf(firstTokenUs: number, gapsUs: readonly number[]): ChunkTimes {
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

/** The most requests that were between sending and end at once. */
export function mostInFlight(requests: readonly BenchmarkRequest[]): number {
  const edges = requests
    .flatMap(({ sentUs, finishedUs }) => [
      { at: sentUs, by: 1 },
      { at: finishedUs, by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let [now, most] = [0, 1];
  for (const { by } of edges) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
