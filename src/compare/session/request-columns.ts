import type { TimedRequest } from '../../measure/metric-kinds.ts';
import { metricsOf } from '../../measure/metric-table.ts';
import { type ChunkTimes, NO_CHUNKS } from '../../model/chunk-times.ts';
import type { Exchange } from '../../model/exchange.ts';
import type { ColumnKey, RequestColumns } from './arm-run.ts';

const METRICS = metricsOf('request', 'paired').filter(({ compared }) => compared?.pairs !== undefined);

/** What each request of a run took, gathered one request at a time. */
export function createRequestColumns() {
  const columns = METRICS.map(({ key, of }) => ({ key: key as ColumnKey, of, values: [] as number[] }));
  let positions = 0;
  return {
    /**
     * A request that ended `ok`.
     * @param position in the plan
     * @param fromUs the instant that its times count from
     */
    add(
      position: number,
      request: Omit<TimedRequest, 'scheduledUs' | 'sentUs'>,
      chunks: ChunkTimes,
      fromUs: number,
    ): void {
      const timed = { ...request, scheduledUs: fromUs, sentUs: fromUs };
      for (const { of, values } of columns) values[position] = of(timed, chunks) ?? Number.NaN;
      positions = Math.max(positions, position + 1);
    },
    columns: (): RequestColumns =>
      Object.fromEntries(
        columns.map(({ key, values }) => [
          key,
          Float64Array.from({ length: positions }, (_, i) => values[i] ?? Number.NaN),
        ]),
      ) as Record<ColumnKey, Float64Array>,
  };
}

/**
 * What the requests of a plan took when they were recorded, from arrival at the recorder.
 * @param exchangeIds by position of the plan
 * @param recorded exchanges by id; those that are not there, or did not end `ok`, leave their positions empty; the stalls
 * of streams are not read
 */
export function recordedColumns(
  exchangeIds: readonly (number | undefined)[],
  recorded: ReadonlyMap<number, Exchange>,
): RequestColumns {
  const columns = createRequestColumns();
  exchangeIds.forEach((id, position) => {
    const exchange = id === undefined ? undefined : recorded.get(id);
    if (exchange?.outcome !== 'ok' || exchange.finishedUs === null) return;
    const { finishedUs, arrivedUs } = exchange;
    columns.add(position, { ...exchange, finishedUs }, NO_CHUNKS, arrivedUs);
  });
  return columns.columns();
}
