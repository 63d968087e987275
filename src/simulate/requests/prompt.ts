import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import { MARKS, pieceId, tokenIds, tokensText } from '../texts/tokens.ts';

/** What a request asks to be continued. */
export interface Prompt {
  /** The words alone, as a reader would see them: what the answer's language and length are drawn from. */
  readonly text: string;
  /** As the model gets it, the chat template's marks included. */
  readonly tokens: readonly number[];
}

/** `<|im_start|>role\n`: with the end of the whole what a chat template adds, estimated. */
function opening(role: string): number[] {
  return [MARKS.start.id, pieceId(role), pieceId('\n')];
}

/**
 * The prompt of a chat: its messages in Qwen's notation, without the closing marks, and before them the tools that may
 * be called.
 */
export function chatPrompt(messages: readonly unknown[], tools: readonly unknown[]): Prompt {
  const contents = messages.map((message) => contentText(asObject(message)?.content));
  const parts: (readonly number[])[] = [];
  if (tools.length > 0) parts.push(opening('system'), tokenIds(JSON.stringify(tools)));
  for (const [i, message] of messages.entries()) {
    const { role, tool_calls: calls } = asObject(message) ?? {};
    parts.push(opening(asString(role) ?? 'user'), tokenIds(contents[i] ?? ''));
    for (const call of asArray(calls)) parts.push(tokenIds(callText(asObject(call))));
  }
  parts.push(opening('assistant'));
  return { text: contents.join('\n'), tokens: parts.flat() };
}

/** A message's content is a text, a list of parts, or null beside tool calls. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return asArray(content)
    .map((part) => asString(part) ?? asString(asObject(part)?.text) ?? '')
    .join('');
}

function callText(call: JsonObject | null): string {
  const { name, arguments: text } = asObject(call?.function) ?? {};
  return `{"name": ${JSON.stringify(name)}, "arguments": ${asString(text) ?? JSON.stringify(text)}}`;
}

/** The prompts of a plain completion: a text, several, token ids, or several lists of them. */
export function plainPrompts(prompt: unknown): Prompt[] {
  const list = asArray(prompt);
  if (typeof prompt === 'string') return [textPrompt(prompt)];
  if (list.length > 0 && list.every(Number.isInteger)) return [idsPrompt(list as number[])];
  return list.map((one) => (typeof one === 'string' ? textPrompt(one) : idsPrompt(asArray(one) as number[])));
}

function textPrompt(text: string): Prompt {
  return { text, tokens: tokenIds(text) };
}

function idsPrompt(tokens: readonly number[]): Prompt {
  return { text: tokensText(tokens), tokens };
}
