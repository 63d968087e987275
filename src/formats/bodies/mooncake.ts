import { CHAT } from '../../chat/apis/chat.ts';
import { apiOfBody, usualPath } from '../../chat/apis/table.ts';
import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import { seedOfText } from '../../model/random.ts';
import {
  type Decoded,
  type ForeignExchange,
  type ForeignRequest,
  NO_ANSWER,
  type PromptPart,
} from '../format.ts';
import { lengthExchange, ownPrompt } from '../lengths/length-trace.ts';
import { unitsUs } from '../reading/instants.ts';
import { type JsonRecord, jsonFormat } from '../reading/json-reader.ts';
import { countOf } from '../reading/numbers.ts';
import { createSessions } from '../reading/sessions.ts';
import { bodyMember } from './raw.ts';
import { rebuiltRequest, verbatimRequest } from './rebuilt-body.ts';

/** What a row has of its request: exactly one of these. */
const INPUTS = ['input_length', 'text_input', 'messages', 'payload'] as const;

/** Members that only a row of a trace has beside messages. */
const BESIDE_MESSAGES = ['output_length', 'delay', 'hash_ids', 'extra'] as const;

/** Tokens of a block that one hash id names. */
const BLOCK_TOKENS = 512;

/**
 * Mooncake's traces (kvcache-ai/Mooncake) of lengths and block hashes, and what aiperf made of them: rows of messages, of
 * a text, or of a whole body (`payload`).
 */
export const MOONCAKE = jsonFormat(isRow, () => {
  /** Arrival of each session's latest row. */
  const latest = createSessions<number>();
  let rows = 0;
  return (record) => {
    const { document } = record;
    const [input, another] = INPUTS.filter((name) => document[name] != null);
    if (input === undefined) return 'noRequest';
    if (another !== undefined) return 'severalInputs';
    const session = asString(document.session_id);
    const arrivedUs = arrivalUs(document, session === null ? undefined : latest.get(session));
    if (session !== null && arrivedUs !== null) latest.set(session, arrivedUs);
    return DECODE[input](record, { arrivedUs, session, number: rows++ });
  };
});

function isRow(row: JsonObject): boolean {
  const {
    payload,
    input_length: length,
    text_input: text,
    messages,
    timestamp,
    model,
    chat_id: bailian,
  } = row;
  if (bailian !== undefined) return false;
  if (payload !== undefined || length !== undefined || text !== undefined) return true;
  if (!Array.isArray(messages)) return false;
  const isTimed = timestamp !== undefined && model === undefined;
  return isTimed || BESIDE_MESSAGES.some((name) => row[name] !== undefined);
}

/** Milliseconds from the start, or after the session's row before. */
function arrivalUs({ timestamp, delay }: JsonObject, beforeUs: number | undefined): number | null {
  const stampUs = unitsUs(timestamp, 1e3);
  if (stampUs !== null) return stampUs;
  const delayUs = unitsUs(delay, 1e3);
  return beforeUs === undefined ? null : beforeUs + (delayUs ?? 0);
}

/** What of a row is no part of its request. */
interface RowPlace extends Pick<ForeignExchange, 'arrivedUs' | 'session'> {
  readonly number: number;
}

/** What a row becomes, by what it has of its request. */
const DECODE: Readonly<Record<(typeof INPUTS)[number], (record: JsonRecord, place: RowPlace) => Decoded>> = {
  payload({ document, bytes }, place) {
    const payload = bodyMember(document, bytes, 'payload');
    if (payload === null) return 'malformed';
    const api = apiOfBody(payload.document);
    return api === null
      ? 'noRequest'
      : withLength(document, place, verbatimRequest(usualPath(api), payload.bytes));
  },
  messages: ({ document }, place) =>
    Array.isArray(document.messages) ? rebuilt(document, place, document.messages) : 'malformed',
  text_input: ({ document }, place) =>
    typeof document.text_input === 'string'
      ? rebuilt(document, place, [{ role: 'user', content: document.text_input }])
      : 'malformed',
  input_length({ document }, { arrivedUs, session, number }) {
    const inputTokens = countOf(document.input_length);
    const outputTokens = countOf(document.output_length);
    const parts = promptParts(inputTokens ?? 0, asArray(document.hash_ids), number);
    return lengthExchange({ arrivedUs, parts, inputTokens, outputTokens, model: null, session });
  },
};

function rebuilt(document: JsonObject, place: RowPlace, messages: unknown): Decoded {
  const { model, tools, output_length: length, extra } = document;
  const members = { model, messages, tools, max_tokens: countOf(length), ...asObject(extra) };
  return withLength(document, place, rebuiltRequest(CHAT, members));
}

function withLength(
  document: JsonObject,
  { arrivedUs, session }: RowPlace,
  request: ForeignRequest,
): Decoded {
  const completionTokens = countOf(document.output_length) || null;
  return { arrivedUs, request, session, answer: { ...NO_ANSWER, completionTokens } };
}

/** One piece for each block, the last one partial, and what no block covers for the row alone. */
function promptParts(tokens: number, hashIds: readonly unknown[], row: number): readonly PromptPart[] {
  const parts: PromptPart[] = [];
  let left = tokens;
  for (const id of hashIds) {
    if (left < 1) break;
    const length = Math.min(left, BLOCK_TOKENS);
    parts.push({
      seed: `block ${id}`,
      number: countOf(id) ?? seedOfText(String(id), 0),
      isShared: true,
      length,
    });
    left -= length;
  }
  return [...parts, ...ownPrompt(row, left)];
}
