import { apiOfPath } from '../../chat/apis/table.ts';
import { headerValue, SESSION_HEADER } from '../../chat/headers.ts';

/** The conversation that a request's headers name. */
export function sessionOf(headers: readonly string[]): string | null {
  return headerValue(headers, SESSION_HEADER);
}

/** Whether a recorded request is one to a known API; some tools write methods in small letters. */
export function isApiRequest(method: string | null, path: string): boolean {
  return method?.toUpperCase() === 'POST' && apiOfPath(path) !== null;
}
