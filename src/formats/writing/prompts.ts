import { answerContent } from '../../chat/answers/answer-content.ts';
import { apiOfPath } from '../../chat/apis/table.ts';
import { asArray, asObject } from '../../model/json.ts';
import type { ExportSkip } from '../../model/notes/exports.ts';
import { type Encoder, jsonBody, LINES, type OutgoingExchange } from './encoder.ts';

/** The `custom` data set of `vllm bench serve`: the last text of the user and the number of tokens generated. */
export const VLLM_CUSTOM_ENCODER: Encoder = {
  frame: LINES,
  loses: ['allButTextAndLength'],
  encode(outgoing) {
    const prompt = lastText(outgoing);
    if (typeof prompt !== 'object') return prompt;
    return line({ prompt: prompt.text, output_tokens: outgoing.exchange.completionTokens || undefined });
  },
};

/** ShareGPT's conversations of two turns, which is what benchmarks read of them: the last text of the user, the answer. */
export const SHAREGPT_ENCODER: Encoder = {
  frame: { start: '[\n', between: ',\n', end: '\n]\n' },
  loses: ['allButTexts'],
  encode(outgoing) {
    const prompt = lastText(outgoing);
    if (typeof prompt !== 'object') return prompt;
    const { id, path, responseHeaders } = outgoing.exchange;
    const body = outgoing.answerBody();
    const answer = body === null ? '' : answerContent(path, responseHeaders, body);
    const asked = { from: 'human', value: prompt.text };
    const turns = answer === '' ? [asked] : [asked, { from: 'gpt', value: answer }];
    return line({ id: String(id), conversations: turns });
  },
};

function line(record: object): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}

/** What the user said last: of messages the last one of the user with text in it, else the prompt itself. */
function lastText({ exchange, body }: OutgoingExchange): { readonly text: string } | ExportSkip {
  const json = jsonBody(body);
  if (json === null) return 'notJson';
  const prompt = apiOfPath(exchange.path)?.promptOf(json.document);
  const messages = prompt?.messages?.map(asObject) ?? [];
  const said = messages.filter((message) => message?.role === 'user').map((message) => message?.content);
  const text = textOf(prompt?.text ?? said.findLast((content) => textOf(content) !== ''));
  return text === '' ? 'noText' : { text };
}

/** A text, or the texts of a list of parts; token ids and images are none. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return asArray(content)
    .map((part) => asObject(part)?.text)
    .filter((text) => typeof text === 'string')
    .join('\n');
}
