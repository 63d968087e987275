import { CHAT } from '../../chat/apis/chat.ts';
import { asArray, asObject } from '../../model/json.ts';
import { type Decoded, NO_ANSWER } from '../format.ts';
import { jsonFormat } from '../reading/json-reader.ts';
import { rebuiltRequest } from './rebuilt-body.ts';

const ROLES: Readonly<Record<string, 'system' | 'user' | 'assistant'>> = {
  system: 'system',
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  assistant: 'assistant',
  chatgpt: 'assistant',
  bard: 'assistant',
};

/** ShareGPT's conversations: each turn of the user is a request, with all that was said before it. */
export const SHAREGPT = jsonFormat(
  ({ conversations }) => Array.isArray(conversations) && !Array.isArray(conversations[0]),
  () =>
    ({ document }) => {
      const requests: Decoded[] = [];
      const said: { readonly role: string; readonly content: string }[] = [];
      let asked = false;
      for (const turn of asArray(document.conversations)) {
        const { from, value } = asObject(turn) ?? {};
        const role = typeof from === 'string' && Object.hasOwn(ROLES, from) ? ROLES[from] : undefined;
        if (role === undefined || typeof value !== 'string') {
          // What follows would have been said after something unknown.
          requests.push('malformed');
          break;
        }
        asked ||= role === 'user';
        // A conversation that begins with the model answers what is not in the file.
        if (role === 'assistant' && !asked) continue;
        said.push({ role, content: value });
        if (role !== 'user') continue;
        const request = rebuiltRequest(CHAT, { messages: [...said] });
        requests.push({ arrivedUs: null, request, session: null, answer: NO_ANSWER });
      }
      return requests.length === 0 ? 'noRequest' : requests;
    },
);
