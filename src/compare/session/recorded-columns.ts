import { NO_CHUNKS } from '../../model/chunk-times.ts';
import type { Exchange } from '../../model/exchange.ts';
import type { RequestColumns } from './arm-run.ts';
import { createRequestColumns } from './request-columns.ts';

/**
 * What the requests of a plan took when they were recorded, from arrival at the recorder.
 * @param exchangeIds by position of the plan
 * @param recorded exchanges by id; those that are not there, or did not end `ok`, leave their positions empty; the waits
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
