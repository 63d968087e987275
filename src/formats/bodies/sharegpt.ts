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

/** ShareGPT's conversations, or others with OpenAI's members in their place: each turn of the user is a request, with all that was said before it. */
export const SHAREGPT = jsonFormat(
  ({ conversations }) => Array.isArray(conversations) && !Array.isArray(conversations[0]),
  () =>
    ({ document }) => {
      const requests: Decoded[] = [];
      // Some data sets keep the instructions beside the turns.
      const { system } = document;
      const said: { readonly role: string; readonly content: string }[] =
        typeof system === 'string' && system !== '' ? [{ role: 'system', content: system }] : [];
      let asked = false;
      for (const turn of asArray(document.conversations)) {
        const { from, role: openAi, value, content = value } = asObject(turn) ?? {};
        const name = String(from ?? openAi).toLowerCase();
        const role = Object.hasOwn(ROLES, name) ? ROLES[name] : undefined;
        if (role === undefined || typeof content !== 'string') {
          // What follows would have been said after something unknown.
          requests.push('malformed');
          break;
        }
        asked ||= role === 'user';
        // A conversation that begins with the model answers what is not in the file.
        if (role === 'assistant' && !asked) continue;
        said.push({ role, content });
        if (role !== 'user') continue;
        const request = rebuiltRequest(CHAT, { messages: [...said] });
        requests.push({ arrivedUs: null, request, session: null, answer: NO_ANSWER });
      }
      return requests.length === 0 ? 'noRequest' : requests;
    },
);
