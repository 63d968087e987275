import type { KnownAnswer } from '../format.ts';

/** How an answer ended of which the status is known, and perhaps what its tool says of an error. */
export function outcomeOfStatus(
  status: number | null,
  error: string | null = null,
): Pick<KnownAnswer, 'status' | 'outcome' | 'error'> {
  if (status === null) return { status, outcome: 'unknown', error };
  return { status, outcome: status >= 200 && status < 300 && error === null ? 'ok' : 'http_error', error };
}
