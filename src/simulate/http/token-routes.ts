import { asArray, type JsonObject, parseObject } from '../../model/json.ts';
import { MESSAGES } from '../apis/messages.ts';
import { readInt } from '../requests/body.ts';
import { type Problem, unparsed } from '../requests/problem.ts';
import { chatPrompt } from '../requests/prompt.ts';
import { unknownModel, unreadableBody } from '../requests/read-request.ts';
import type { Server } from '../server.ts';
import { tokenIds, tokensText, tokenText } from '../texts/tokens.ts';
import { type Call, JSON_TYPE } from './call.ts';

/** Counts the tokens of a request of the messages API. */
export const COUNT_PATH = `${MESSAGES.path}/count_tokens`;

/** `POST /tokenize` of a text or of messages, and `POST /detokenize`. */
export function tokenRoutes({ dialect, model, profile: { maxModelLen } }: Server) {
  const answer =
    (act: (body: JsonObject) => object) =>
    (call: Call): void => {
      const body = parseObject(call.text);
      const wrong = body === null ? unreadableBody(call.text) : unknownModel(body.model, model);
      const given = body === null || wrong !== null ? (wrong as Problem) : act(body);
      if ('status' in given) call.refuse(given as Problem);
      else call.send(200, JSON_TYPE, JSON.stringify(given));
    };
  const countTokens = answer((body) => {
    const fields = MESSAGES.chatFields?.(
      { max_tokens: 1, ...body },
      { dialect, model, maxModelLen, toolCallParser: true },
    );
    if (fields == null || 'status' in fields) return fields ?? {};
    const { tokens } = chatPrompt(asArray(fields.messages), asArray(fields.tools));
    return { input_tokens: tokens.length, context_management: { original_input_tokens: tokens.length } };
  });
  return {
    ...(MESSAGES.frontEnds.includes(dialect) ? { [`POST ${COUNT_PATH}`]: countTokens } : {}),
    'POST /tokenize': answer(({ prompt, messages, tools, return_token_strs: strings }) => {
      if (typeof prompt !== 'string' && !Array.isArray(messages)) {
        return unparsed('prompt or messages is missing', 'prompt');
      }
      const tokens =
        typeof prompt === 'string' ? tokenIds(prompt) : chatPrompt(asArray(messages), asArray(tools)).tokens;
      const token_strs = strings === true ? tokens.map(vocabularyEntry) : null;
      const counted = { count: tokens.length, max_model_len: maxModelLen, tokens };
      return dialect === 'v0.8.5' ? counted : { ...counted, token_strs };
    }),
    'POST /detokenize': answer(({ tokens }) => {
      if (!Array.isArray(tokens)) return unparsed('tokens is missing', 'tokens');
      const ids = tokens.map((token) => readInt(token, dialect === 'rust'));
      if (ids.includes(null)) return unparsed('tokens must be a list of whole numbers', 'tokens');
      return { prompt: tokensText(ids as number[]) };
    }),
  };
}

/** Byte-level vocabularies write a space as `Ġ` and a line's end as `Ċ`. */
function vocabularyEntry(id: number): string {
  return tokenText(id).replaceAll(' ', 'Ġ').replaceAll('\n', 'Ċ');
}
