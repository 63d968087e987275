import type { JsonObject } from '../../model/json.ts';
import { type ApiReading, listOf } from './api.ts';
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

/** The path of an API on a server without a gateway before it. */
export function usualPath({ pathEnd }: ApiReading): string {
  return `/v1${pathEnd}`;
}

/** The API that a body without a path is a request of, by its members; null for what is a request of none. */
export function apiOfBody(body: JsonObject): ApiReading | null {
  const isText = (value: unknown): boolean => typeof value === 'string' || Array.isArray(value);
  if (listOf(body.messages) !== null) {
    const hasSystem = body.system !== undefined && body.max_tokens !== undefined;
    return hasSystem || body.anthropic_version !== undefined ? MESSAGES : CHAT;
  }
  if (isText(body.prompt)) return COMPLETIONS;
  return isText(body.input) ? RESPONSES : null;
}

/** Whether a body has what its API reads a prompt from. */
export function hasPrompt({ promptOf }: ApiReading, body: JsonObject): boolean {
  const { messages, text } = promptOf(body);
  return messages !== null || typeof text === 'string' || Array.isArray(text);
}
