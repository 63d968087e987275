import { apiOfPath } from '../../chat/api.ts';
import type { Exchange } from '../../model/exchange.ts';

/** Why an exchange is not replayed, a closed list; a run counts them. */
export const SKIP_REASONS = [
  'not a POST to a known API',
  'request body not recorded',
  'request body truncated',
  'refused when recorded',
] as const;

export type SkipReason = (typeof SKIP_REASONS)[number];

/** Null when the exchange can be sent again as it was, else why not. */
export function whyNotReplayable(exchange: Exchange): SkipReason | null {
  if (exchange.method !== 'POST' || apiOfPath(exchange.path) === null) return 'not a POST to a known API';
  if (exchange.requestBodyId === null) return 'request body not recorded';
  if (exchange.requestTruncated) return 'request body truncated';
  // A 4xx is the request's own fault and would be one again; a 5xx was the server's trouble of that day.
  const { status } = exchange;
  return status !== null && status >= 400 && status < 500 ? 'refused when recorded' : null;
}
