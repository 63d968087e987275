import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import { parsedText } from './parsed-text.ts';

/**
 * The messages of a span, from wherever its instrumentation puts them; null where it has none. Those of the conventions
 * have `parts`, others are OpenAI's own.
 */
export function messagesOf(attributes: JsonObject): readonly JsonObject[] | null {
  const instructions = listOf(attributes['gen_ai.system_instructions']);
  const before = instructions.length === 0 ? [] : [{ role: 'system', parts: instructions }];
  const structured = listOf(attributes['gen_ai.input.messages']);
  const found =
    structured.length > 0
      ? structured
      : [
          ...flatMessages(attributes, 'gen_ai.prompt', ''),
          ...flatMessages(attributes, 'llm.input_messages', 'message.'),
        ];
  return found.length === 0 ? null : [...before, ...found];
}

/** A list, or the JSON text of one. */
function listOf(value: unknown): readonly JsonObject[] {
  return asArray(parsedText(value)).flatMap((item): readonly JsonObject[] => {
    const object = asObject(item);
    return object === null ? [] : [object];
  });
}

/** Messages as flat attributes, `PREFIX.0.role` and `PREFIX.0.content`. */
function flatMessages(attributes: JsonObject, prefix: string, inner: string): readonly JsonObject[] {
  const messages: JsonObject[] = [];
  for (let i = 0; ; i++) {
    const content = attributes[`${prefix}.${i}.${inner}content`];
    const role = attributes[`${prefix}.${i}.${inner}role`];
    if (content === undefined && role === undefined) return messages;
    messages.push({ role: role ?? 'user', content: content ?? '' });
  }
}

/** The same messages as OpenAI's API takes them. */
export function openAiMessages(messages: readonly JsonObject[]): readonly JsonObject[] {
  return messages.flatMap((message) => {
    if (!Array.isArray(message.parts)) return [withoutFinish(message)];
    return messageOfParts(asString(message.role) ?? 'user', listOf(message.parts));
  });
}

function withoutFinish({ finish_reason: _reason, ...message }: JsonObject): JsonObject {
  return message;
}

/** Answers of tools are messages of their own. */
function messageOfParts(role: string, parts: readonly JsonObject[]): readonly JsonObject[] {
  const answers = parts.filter(({ type }) => type === 'tool_call_response');
  const calls = parts.filter(({ type }) => type === 'tool_call').map(toolCall);
  const others = parts.filter(
    ({ type }) => !['tool_call', 'tool_call_response', 'reasoning'].includes(String(type)),
  );
  const results = answers.map(({ id, response, result }) => ({
    role: 'tool',
    tool_call_id: id,
    content: textOf(response ?? result),
  }));
  if (others.length === 0 && calls.length === 0) return results;
  const content = contentOf(others);
  return [...results, { role, content, ...(calls.length === 0 ? {} : { tool_calls: calls }) }];
}

function toolCall({ id, name, arguments: given }: JsonObject): JsonObject {
  return { id, type: 'function', function: { name, arguments: textOf(given ?? {}) } };
}

function textOf(value: unknown): string {
  return asString(value) ?? JSON.stringify(value ?? '');
}

/** A plain text where all parts are text, else a list of parts; null without any. */
function contentOf(parts: readonly JsonObject[]): unknown {
  if (parts.length === 0) return null;
  if (parts.every(({ type }) => type === 'text'))
    return parts.map(({ content }) => textOf(content)).join('\n');
  return parts.map((part) => {
    if (part.type === 'text') return { type: 'text', text: textOf(part.content) };
    const { mime_type: mime, content, uri } = part;
    if (part.type === 'uri') return { type: 'image_url', image_url: { url: uri } };
    return part.type === 'blob'
      ? { type: 'image_url', image_url: { url: `data:${mime ?? 'image/png'};base64,${content}` } }
      : part;
  });
}

/** Tools as OpenAI's API takes them: the conventions have a function's members beside its type. */
export function toolsOf(definitions: unknown): readonly JsonObject[] | null {
  const tools = listOf(definitions).map((tool) => {
    const { type, name, ...rest } = tool;
    return tool.function === undefined && name !== undefined
      ? { type: type ?? 'function', function: { name, ...rest } }
      : tool;
  });
  return tools.length === 0 ? null : tools;
}
