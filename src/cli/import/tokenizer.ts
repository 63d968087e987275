import { CHAT } from '../../chat/apis/chat.ts';
import { COMPLETIONS } from '../../chat/apis/completions.ts';
import { usualPath } from '../../chat/apis/table.ts';
import { asArray, asString, type JsonObject, parseObject } from '../../model/json.ts';
import { UserError } from '../../model/user-error.ts';
import { sendAlone } from '../../replay/ask-target.ts';
import { createRequestWriter } from '../../replay/engine/request-bytes.ts';
import { USUAL_TRUST } from '../../replay/engine/target-socket.ts';
import { addressOf, headersFor } from '../replay/target-address.ts';

const TIMEOUT_US = 30e6;

/**
 * The tokenizer of a server: its `/tokenize` and `/detokenize`.
 * @throws UserError (as a rejection) where there is no `/tokenize`
 */
export async function openTokenizer(url: URL, model: string | null) {
  const name = addressOf(url);

  async function ask(path: string, body: JsonObject): Promise<JsonObject> {
    const found = await post(url, path, model === null ? body : { model, ...body });
    if (typeof found !== 'string') return found;
    throw new UserError(`${name}${path} gave no tokens (${found})`, {
      remedy: 'give the URL of a vLLM server and its model with --model, or import without --text',
    });
  }

  const tokensOf = async (text: string): Promise<readonly number[]> =>
    tokenList(await ask('/tokenize', { prompt: text, add_special_tokens: false }));
  await tokensOf('a');
  const asMessages = (text: string) => ({ messages: [{ role: 'user', content: text }] });
  const first = await post(url, '/tokenize', { ...(model === null ? {} : { model }), ...asMessages('a') });
  const isChat = typeof first !== 'string' && tokenList(first).length > 0;
  const promptBody = isChat ? asMessages : (text: string) => ({ prompt: text });
  return {
    /** The server, for messages. */
    name,
    /** Where prompts are sent: the path of chat, or of completions where the model has no chat template. */
    path: usualPath(isChat ? CHAT : COMPLETIONS),
    /** Tokens of a text alone. */
    tokensOf,
    /** Tokens of a prompt with this text, as the server makes one of a request: with its template and special tokens. */
    promptOf: async (text: string): Promise<readonly number[]> =>
      tokenList(await ask('/tokenize', promptBody(text))),
    textOf: async (tokens: readonly number[]): Promise<string> =>
      asString((await ask('/detokenize', { tokens })).prompt) ?? '',
    /** The members of a request's body that hold its prompt, as JSON. */
    members: (text: string): string => JSON.stringify(promptBody(text)).slice(1, -1),
  };
}

export type Tokenizer = Awaited<ReturnType<typeof openTokenizer>>;

function tokenList({ tokens }: JsonObject): readonly number[] {
  return asArray(tokens).filter((token) => typeof token === 'number');
}

/** The document of the response, or in a few words why there is none. */
async function post(target: URL, path: string, body: JsonObject): Promise<JsonObject | string> {
  const headers = ['content-type', 'application/json', ...headersFor(target, [])];
  const bytes = Buffer.from(JSON.stringify(body));
  const request = { exchangeId: 0, path, headers, body: bytes, saltAt: null, abort: null };
  const outgoing = createRequestWriter(target, [], null).write(request, 0);
  const {
    status,
    transport,
    body: answer,
  } = await sendAlone(target, outgoing, {
    timeoutUs: TIMEOUT_US,
    trust: USUAL_TRUST,
  });
  if (transport !== 'complete' || status === null) return transport.replaceAll('_', ' ');
  if (status !== 200) return `status ${status}`;
  return parseObject(Buffer.from(answer ?? []).toString()) ?? 'its answer is no JSON';
}
