import { headerValue } from '../../chat/headers.ts';
import type { RawAnswer } from '../../model/completion.ts';

/** Answers that named a time to wait before the next request. */
export interface RetryAfter {
  readonly answers: number;
  /** The longest of these times, milliseconds. */
  readonly longestMs: number;
}

const STATUSES: ReadonlySet<number | null> = new Set([429, 503]);

/**
 * The time that a 429 or 503 asks for, milliseconds (RFC 9110, 10.2.3): seconds, or a date, which counts from the answer's own
 * date. Null where it asks for none.
 */
export function retryAfterMs({ status, headers }: Pick<RawAnswer, 'status' | 'headers'>): number | null {
  if (!STATUSES.has(status)) return null;
  const value = headerValue(headers, 'retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1e3;
  const ms = Date.parse(value) - Date.parse(headerValue(headers, 'date') ?? '');
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** Both together. */
export function joinRetryAfter(parts: readonly RetryAfter[]): RetryAfter {
  return {
    answers: parts.reduce((sum, { answers }) => sum + answers, 0),
    longestMs: Math.max(0, ...parts.map(({ longestMs }) => longestMs)),
  };
}
