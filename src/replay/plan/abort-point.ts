import type { Exchange } from '../../model/exchange.ts';
import type { AbortPoint } from '../replayable-request.ts';

/**
 * Where a request is cut whose recorded client went away: at the same token of a stream, else after the same time.
 * @param streams whether the replayed request asks for a stream
 * @returns null when the client stayed
 */
export function abortPoint(exchange: Exchange, streams: boolean): AbortPoint | null {
  const { outcome, streamed, completionTokens, arrivedUs, finishedUs } = exchange;
  if (outcome !== 'client_aborted') return null;
  const tokens = streams && streamed ? (completionTokens ?? 0) : 0;
  if (tokens >= 1) return { afterTokens: tokens };
  return { afterUs: Math.max(1, (finishedUs ?? arrivedUs) - arrivedUs) };
}
