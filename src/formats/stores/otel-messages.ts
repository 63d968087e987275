import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import { parsedText } from './parsed-text.ts';

/** An event of a span. */
export interface SpanEvent {
  readonly name: string;
  readonly attributes: JsonObject;
}

/**
 * The messages of a span, from wherever its instrumentation puts them; null where it has none. Those of the conventions
 * have `parts`, others are OpenAI's own.
 */
export function messagesOf(
  attributes: JsonObject,
  events: readonly SpanEvent[],
): readonly JsonObject[] | null {
  const instructions = listOf(attributes['gen_ai.system_instructions']);
  const before = instructions.length === 0 ? [] : [{ role: 'system', parts: instructions }];
  const found = [
    listOf(attributes['gen_ai.input.messages']),
    itemsBelow(attributes, 'gen_ai.prompt').map(flatMessage),
    itemsBelow(attributes, 'llm.input_messages').map(flatMessage),
    listOf(attributes['ai.prompt.messages']),
    events.flatMap(eventMessages),
  ].find((messages) => messages.length > 0);
  return found === undefined ? null : [...before, ...found];
}

/** A list, or the JSON text of one. */
function listOf(value: unknown): readonly JsonObject[] {
  return asArray(parsedText(value)).flatMap((item): readonly JsonObject[] => {
    const object = asObject(item);
    return object === null ? [] : [object];
  });
}

/** Flat attributes below a name as the list that they were: `NAME.0.role`, `NAME.0.tool_calls.1.name`. */
function itemsBelow(attributes: JsonObject, name: string): readonly JsonObject[] {
  const list = emptyObject();
  for (const [key, value] of Object.entries(attributes)) {
    if (!key.startsWith(`${name}.`)) continue;
    const path = key.slice(name.length + 1).split('.');
    const last = path.pop() ?? '';
    let object = list;
    for (const member of path) {
      const inner = asObject(object[member]) ?? emptyObject();
      object[member] = inner;
      object = inner as Record<string, unknown>;
    }
    object[last] = value;
  }
  return itemsOf(list);
}

/** Without a prototype, since names of attributes are those of its members. */
function emptyObject(): Record<string, unknown> {
  return Object.create(null);
}

/** The items of a list as an object, whose numbers are in order. */
function itemsOf(list: unknown): readonly JsonObject[] {
  const items = Object.entries(asObject(list) ?? {}).filter(([key]) => /^\d+$/.test(key));
  return listOf(items.map(([, item]) => item));
}

/** A message of OpenLLMetry, or of OpenInference, which names each level twice. */
function flatMessage(item: JsonObject): JsonObject {
  const message = asObject(item.message) ?? item;
  const { role, content, contents, tool_calls: called, tool_call_id } = message;
  const calls = itemsOf(called).map((one) => {
    const call = asObject(one.tool_call) ?? one;
    return toolCall({
      id: call.id,
      ...(asObject(call.function) ?? { name: call.name, arguments: call.arguments }),
    });
  });
  const parts = itemsOf(contents).map(flatPart);
  const written = parsedText(content);
  // A list of parts may be written as its text.
  const isParts = Array.isArray(written) && written.every((part) => asString(asObject(part)?.type) !== null);
  return {
    role: role ?? 'user',
    content: parts.length > 0 ? parts : isParts ? written : (content ?? (calls.length > 0 ? null : '')),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(tool_call_id === undefined ? {} : { tool_call_id }),
  };
}

function flatPart({ message_content: content }: JsonObject): JsonObject {
  const { text, image } = asObject(content) ?? {};
  const url = asObject(asObject(image)?.image)?.url;
  return url === undefined ? { type: 'text', text: text ?? '' } : { type: 'image_url', image_url: { url } };
}

/** Messages as the conventions of 2024 have them: an event each, or one event with all of them. */
function eventMessages({ name, attributes }: SpanEvent): readonly JsonObject[] {
  if (name === 'gen_ai.content.prompt') return listOf(attributes['gen_ai.prompt']);
  const [, role] = /^gen_ai\.(system|user|assistant|tool)\.message$/.exec(name) ?? [];
  if (role === undefined) return [];
  const message = asObject(parsedText(attributes['gen_ai.event.content'])) ?? attributes;
  const { content, id, tool_calls: calls } = message;
  return [
    {
      role: message.role ?? role,
      content: content ?? null,
      ...(calls === undefined ? {} : { tool_calls: parsedText(calls) }),
      ...(role === 'tool' && id !== undefined ? { tool_call_id: id } : {}),
    },
  ];
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
export function toolsOf(attributes: JsonObject): readonly JsonObject[] | null {
  const defined = [
    listOf(attributes['gen_ai.tool.definitions']),
    itemsBelow(attributes, 'llm.request.functions').map(
      (tool): JsonObject => ({
        ...tool,
        parameters: parsedText(tool.parameters),
      }),
    ),
    listOf(itemsBelow(attributes, 'llm.tools').map((item) => parsedText(asObject(item.tool)?.json_schema))),
  ].find((tools) => tools.length > 0);
  const tools = (defined ?? []).map((tool) => {
    const { type, name, ...rest } = tool;
    return tool.function === undefined && name !== undefined
      ? { type: type ?? 'function', function: { name, ...rest } }
      : tool;
  });
  return tools.length === 0 ? null : tools;
}
