import type { Api } from '../requests/generation-request.ts';
import type { ApiFormat } from './api-format.ts';
import { CHAT } from './chat.ts';
import { COMPLETIONS } from './completions.ts';

/** Every API that generates, by its name. */
export const FORMATS: Readonly<Record<Api, ApiFormat>> = { chat: CHAT, completions: COMPLETIONS };
