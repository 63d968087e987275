import { e2elMsOf, tpotMsOf, ttftMsOf } from '../../measure/request-latencies.ts';
import { type ChunkTimes, TOKEN_BITS } from '../../model/chunk-times.ts';
import type { Result } from '../../model/result.ts';
import type { RequestColumns } from './arm-run.ts';

/** What the times of a request are made of: a result has it, and an exchange. Instants in microseconds. */
export type TimedRequest = Pick<
  Result,
  'streamed' | 'firstTokenUs' | 'lastTokenUs' | 'completionTokens' | 'finishedUs'
>;

/** What each request of a run took, gathered one request at a time. */
export interface RequestColumnsBuilder {
  /**
   * A request that ended `ok`.
   * @param position in the plan
   * @param fromUs the instant that its times count from
   */
  add(position: number, request: TimedRequest, chunks: ChunkTimes, fromUs: number): void;
  columns(): RequestColumns;
}

export function createRequestColumns(): RequestColumnsBuilder {
  const found: Record<keyof RequestColumns, number[]> = { e2elMs: [], ttftMs: [], tpotMs: [], waitMs: [] };
  let positions = 0;
  const column = (values: readonly number[]): Float64Array =>
    Float64Array.from({ length: positions }, (_, i) => values[i] ?? Number.NaN);
  return {
    add(position, request, chunks, fromUs) {
      const e2elMs = e2elMsOf({ ...request, sentUs: fromUs }) ?? Number.NaN;
      found.e2elMs[position] = e2elMs;
      found.ttftMs[position] = ttftMsOf({ ...request, sentUs: fromUs }) ?? Number.NaN;
      found.tpotMs[position] = tpotMsOf(request) ?? Number.NaN;
      found.waitMs[position] = request.streamed ? longestWaitMs(chunks, fromUs) : e2elMs;
      positions = Math.max(positions, position + 1);
    },
    columns: () => ({
      e2elMs: column(found.e2elMs),
      ttftMs: column(found.ttftMs),
      tpotMs: column(found.tpotMs),
      waitMs: column(found.waitMs),
    }),
  };
}

/** The longest time without a token: until the first, or between two reads that carried some; NaN where none came. */
function longestWaitMs({ atUs, kinds }: ChunkTimes, fromUs: number): number {
  let [longestUs, lastUs] = [Number.NaN, fromUs];
  for (let i = 0; i < atUs.length; i++) {
    if (((kinds[i] ?? 0) & TOKEN_BITS) === 0) continue;
    const at = atUs[i] ?? lastUs;
    // Not a number compares false: the first wait is the longest so far.
    if (!(at - lastUs <= longestUs)) longestUs = at - lastUs;
    lastUs = at;
  }
  return longestUs / 1e3;
}
