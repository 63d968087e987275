import { asArray, parseObject } from '../../model/json.ts';
import type { Dialect } from '../dialect.ts';
import { readInt } from '../requests/body.ts';
import { unparsed } from '../requests/problem.ts';
import { chatPrompt } from '../requests/prompt.ts';
import { unknownModel, unreadableBody } from '../requests/read-request.ts';
import { tokenIds, tokensText, tokenText } from '../texts/tokens.ts';
import { type Call, JSON_TYPE } from './call.ts';

export interface TokenRouteOptions {
  readonly dialect: Dialect;
  readonly model: string;
  readonly maxModelLen: number;
}

/** `POST /tokenize` of a text or of messages. */
export function tokenizeRoute({ dialect, model, maxModelLen }: TokenRouteOptions): (call: Call) => void {
  return (call) => {
    const body = parseObject(call.text);
    if (body === null) return call.refuse(unreadableBody(call.text));
    const unknown = unknownModel(body.model, model);
    if (unknown !== null) return call.refuse(unknown);
    const { prompt, messages } = body;
    if (typeof prompt !== 'string' && !Array.isArray(messages)) {
      return call.refuse(unparsed('prompt or messages is missing', 'prompt'));
    }
    const tokens =
      typeof prompt === 'string'
        ? tokenIds(prompt)
        : chatPrompt(asArray(messages), asArray(body.tools)).tokens;
    const strings = body.return_token_strs === true ? tokens.map(vocabularyEntry) : null;
    call.send(
      200,
      JSON_TYPE,
      JSON.stringify({
        count: tokens.length,
        max_model_len: maxModelLen,
        tokens,
        ...(dialect === 'v0.8.5' ? {} : { token_strs: strings }),
      }),
    );
  };
}

/** Byte-level vocabularies write a space as `Ġ` and a line's end as `Ċ`. */
function vocabularyEntry(id: number): string {
  return tokenText(id).replaceAll(' ', 'Ġ').replaceAll('\n', 'Ċ');
}

/** `POST /detokenize` */
export function detokenizeRoute({ dialect, model }: TokenRouteOptions): (call: Call) => void {
  const strict = dialect === 'rust';
  return (call) => {
    const body = parseObject(call.text);
    if (body === null) return call.refuse(unreadableBody(call.text));
    const { tokens } = body;
    if (!Array.isArray(tokens)) {
      return call.refuse(unparsed('tokens is missing', 'tokens'));
    }
    const ids = tokens.map((token) => readInt(token, strict));
    if (ids.includes(null)) return call.refuse(unparsed('tokens must be a list of whole numbers', 'tokens'));
    const unknown = unknownModel(body.model, model);
    if (unknown !== null) return call.refuse(unknown);
    call.send(200, JSON_TYPE, JSON.stringify({ prompt: tokensText(ids as number[]) }));
  };
}
