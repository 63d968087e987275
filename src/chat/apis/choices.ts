import { CHUNK, TOKEN_BITS } from '../../model/chunk-times.ts';
import { asArray, asCount, asObject, asString, type JsonObject } from '../../model/json.ts';
import type { AnswerText } from '../answers/answer-text.ts';
import {
  type ChoiceState,
  errorWords,
  failure,
  finishReasonOf,
  isEmpty,
  objectsOf,
  readUsage,
  type StreamEvent,
} from '../answers/stream-event.ts';
import type { PlainAnswer } from './api.ts';

const ENDED_IN_ERROR = 'finish_reason: error';

/** Reads a chunk of the APIs that keep their text in `choices`. */
export function readChoices(document: JsonObject, text: AnswerText): StreamEvent {
  const items = asArray(document.choices);
  const states: ChoiceState[] = [];
  let usage = readUsage(document.usage) ?? readUsage(asObject(document.x_groq)?.usage);
  let kinds = 0;
  let tokens = 0;
  for (let at = 0; at < items.length; at++) {
    const choice = asObject(items[at]);
    if (choice === null) continue;
    if (choice.error != null && !isEmpty(choice.error)) return failure(errorWords(choice.error));
    const index = asCount(choice.index) ?? at;
    const finishReason = finishReasonOf(choice.finish_reason);
    if (finishReason === 'error') return failure(ENDED_IN_ERROR);
    states.push({ index, finishReason });
    const message = gatherChoice(text, index, choice);
    const carried = message === null ? outputKinds('text', choice.text) : messageKinds(message);
    kinds |= carried;
    if (finishReason !== null) kinds |= CHUNK.finish;
    if ((carried & TOKEN_BITS) !== 0) tokens += choiceTokens(choice);
    // Some servers keep it in the choice.
    usage ??= readUsage(choice.usage);
  }
  if (usage !== null) kinds |= CHUNK.usage;
  return { kinds, tokens, isPiece: states.length > 0, choices: states, usage, error: null };
}

/** Reads a whole answer of those APIs. */
export function readPlainChoices(document: JsonObject, text: AnswerText): PlainAnswer {
  let usage = readUsage(document.usage);
  let finishReason: string | null = null;
  for (const [at, choice] of objectsOf(document.choices)) {
    if (!isEmpty(choice.error)) return { finishReason: null, usage, error: errorWords(choice.error) };
    gatherChoice(text, asCount(choice.index) ?? at, choice);
    finishReason ??= finishReasonOf(choice.finish_reason);
    usage ??= readUsage(choice.usage);
  }
  return { finishReason, usage, error: finishReason === 'error' ? ENDED_IN_ERROR : null };
}

/** What a message, or a delta of one, brings: every member but the role is output, unless it is empty. */
function messageKinds(message: JsonObject): number {
  let kinds = asString(message.role) ? CHUNK.role : 0;
  for (const name of Object.keys(message)) {
    if (name !== 'role') kinds |= outputKinds(name, message[name]);
  }
  return kinds;
}

const REASONING = /reason|think/;
const TOOL = /^(?:tool|function)_/;

/** Members that say how others are to be read. */
const LABELS: ReadonlySet<string> = new Set(['type', 'format', 'index']);

/** The kinds of the texts below a member, however deep: a list of parts may hold both reasoning and content. */
function outputKinds(name: string, value: unknown): number {
  if (typeof value === 'string') return value === '' ? 0 : kindOf(name);
  if (typeof value !== 'object' || value === null) return 0;
  const kinds = Object.entries(value).reduce(
    (sum, [inner, below]) => (LABELS.has(inner) ? sum : sum | outputKinds(inner, below)),
    0,
  );
  const type = asString((value as JsonObject).type) ?? '';
  const outer = kindOf(name) === CHUNK.content ? kindOf(type) : kindOf(name);
  return kinds === 0 || outer === CHUNK.content ? kinds : outer;
}

function kindOf(name: string): number {
  if (REASONING.test(name)) return CHUNK.reasoning;
  return TOOL.test(name) ? CHUNK.tool : CHUNK.content;
}

function choiceTokens(choice: JsonObject): number {
  const ids = asArray(choice.token_ids).length;
  if (ids > 0) return ids;
  const logprobs = asObject(choice.logprobs);
  const listed = asArray(logprobs?.content).length || asArray(logprobs?.tokens).length;
  return listed > 0 ? listed : 1;
}

/** Gathers a choice's texts and gives the message, or the delta of one, that it has. */
function gatherChoice(text: AnswerText, index: number, choice: JsonObject): JsonObject | null {
  const message = asObject(choice.delta) ?? asObject(choice.message);
  if (message !== null) gatherMessage(text, index, message);
  else text.add(index, 'content', asString(choice.text) ?? '');
  return message;
}

/** Gathers the texts of a choice of a plain answer, or of a choice's delta in a stream. */
function gatherMessage(text: AnswerText, choice: number, message: JsonObject): void {
  if (typeof message.content === 'string') text.add(choice, 'content', message.content);
  else if (message.content != null) gatherParts(text, choice, message.content, 'content');
  gatherReasoning(text, choice, message);
  text.add(choice, 'refusal', asString(message.refusal) ?? '');
  if (message.tool_calls == null && message.function_call == null) return;
  for (const [at, call] of objectsOf(message.tool_calls)) {
    gatherCall(text, choice, asCount(call.index) ?? at, asObject(call.function) ?? asObject(call.custom));
  }
  gatherCall(text, choice, 0, asObject(message.function_call));
}

/** Servers and gateways write the same reasoning under several names at once. */
function gatherReasoning(text: AnswerText, choice: number, message: JsonObject): void {
  const { reasoning, reasoning_content: content, reasoning_text: plain, thinking } = message;
  const written = asString(reasoning) || asString(content) || asString(plain) || asString(thinking);
  const parts = message.reasoning_details ?? message.thinking_blocks;
  if (written) text.add(choice, 'reasoning', written);
  else if (parts != null) gatherParts(text, choice, parts, 'reasoning');
}

/** Texts of a list of parts; those of thinking may be lists again. */
function gatherParts(text: AnswerText, choice: number, parts: unknown, field: 'content' | 'reasoning'): void {
  for (const [, part] of objectsOf(parts)) {
    const isThought = REASONING.test(asString(part.type) ?? '');
    const into = isThought ? 'reasoning' : field;
    const below = part.text ?? part.thinking ?? part.summary ?? part.refusal;
    if (typeof below === 'string') text.add(choice, into, below);
    else gatherParts(text, choice, below, into);
  }
}

function gatherCall(text: AnswerText, choice: number, number: number, called: JsonObject | null): void {
  text.add(choice, `tool ${number} name`, asString(called?.name) ?? '');
  text.add(choice, `tool ${number} arguments`, asString(called?.arguments) ?? asString(called?.input) ?? '');
}
