import type { Api } from '../requests/generation-request.ts';
import type { ApiFormat } from './api-format.ts';
import { CHAT } from './chat.ts';
import { COMPLETIONS } from './completions.ts';
import { MESSAGES } from './messages.ts';
import { RESPONSES } from './responses.ts';

/** Every API that generates, by its name. */
export const FORMATS: Readonly<Record<Api, ApiFormat>> = {
  chat: CHAT,
  completions: COMPLETIONS,
  responses: RESPONSES,
  messages: MESSAGES,
};
