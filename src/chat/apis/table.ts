import type { ApiReading } from './api.ts';
import { CHAT } from './chat.ts';
import { COMPLETIONS } from './completions.ts';
import { MESSAGES } from './messages.ts';
import { RESPONSES } from './responses.ts';

/** Every API that is understood; of two ends that fit a path the longer one comes first. */
export const APIS: readonly ApiReading[] = [CHAT, COMPLETIONS, RESPONSES, MESSAGES];

/**
 * The API that a request path belongs to, or null for every other route. Gateways serve the APIs under prefixes of their
 * own, such as `/openai/deployments/NAME`; a query and slashes at the end make no difference.
 */
export function apiOfPath(path: string): ApiReading | null {
  const query = path.indexOf('?');
  let end = query === -1 ? path.length : query;
  while (path[end - 1] === '/') end -= 1;
  return APIS.find(({ pathEnd }) => path.endsWith(pathEnd, end)) ?? null;
}
