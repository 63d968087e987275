import type { Exchange } from '../../model/exchange.ts';
import { asArray, asObject, type JsonObject } from '../../model/json.ts';
import type { FreeLength } from '../../model/note.ts';
import type { ApiReading } from '../apis/api.ts';
import type { BodyDraft } from './body-draft.ts';

/** What decides whether an exchange's length can be asked for again. */
export type RecordedLength = Pick<Exchange, 'outcome' | 'completionTokens' | 'tokenSource' | 'finishReason'>;

/** Fields that force the form of the output (`guided_*` before vLLM 0.12, then `structured_outputs`). */
const FORMS = [
  'structured_outputs',
  'guided_json',
  'guided_regex',
  'guided_choice',
  'guided_grammar',
] as const;

const STOPS = ['stop', 'stop_token_ids', 'stop_sequences'] as const;

/** Finish reasons of a limit: no stop string caused them. The APIs have the same word for a stop string and a model's own end. */
const LIMITS: ReadonlySet<string | null> = new Set(['length', 'max_tokens', 'incomplete']);

/**
 * Whether as many tokens as recorded can be asked for: null when it is safe, else why not. A grammar, a forced tool or a
 * stop string decides itself where the output ends: a model that must go on behind its end writes what no client sees.
 */
export function whyLengthIsFree(recorded: RecordedLength, body: JsonObject): FreeLength | null {
  const { outcome, tokenSource, completionTokens, finishReason } = recorded;
  // Of an imported request often the length alone is known.
  if (outcome !== 'ok' && outcome !== 'unknown') return 'responseIncomplete';
  const counted = tokenSource === 'usage' || tokenSource === 'continuous_usage' || tokenSource === 'imported';
  if (!counted || completionTokens === null) return 'tokensNotCounted';
  if (completionTokens < 1) return 'noToken';
  if (hasSeveralAnswers(body)) return 'severalAnswers';
  if (hasForm(body)) return 'structuredOutput';
  if (forcesTool(body.tool_choice)) return 'forcedTool';
  const stops = STOPS.some((key) => body[key] !== '' && [body[key] ?? []].flat().length > 0);
  return stops && !LIMITS.has(finishReason) ? 'stopString' : null;
}

/** A word, or an object that names a tool or, with the messages API, holds such a word. */
function forcesTool(choice: unknown): boolean {
  const kind = asObject(choice)?.type ?? choice;
  return kind != null && kind !== 'auto' && kind !== 'none';
}

/** `usage` then counts the tokens of all of them together. */
function hasSeveralAnswers({ n, best_of: bestOf, use_beam_search: beams, prompt }: JsonObject): boolean {
  // A list of numbers is one prompt, tokenized.
  const prompts = asArray(prompt).filter((part) => typeof part !== 'number').length;
  return Number(n ?? 1) > 1 || Number(bestOf ?? 1) > 1 || beams === true || prompts > 1;
}

function hasForm(body: JsonObject): boolean {
  const formats = [body.response_format, asObject(body.text)?.format];
  const shaped = formats.some((format) => (asObject(format)?.type ?? 'text') !== 'text');
  return shaped || FORMS.some((key) => body[key] != null);
}

/** Requests exactly `tokens`, or at most `tokens` from an API without `ignore_eos`. */
export function pinLength(draft: BodyDraft, { lengthFields, pinsEos }: ApiReading, tokens: number): void {
  const field =
    lengthFields.find((name) => draft.get(name) != null) ?? lengthFields.at(-1) ?? lengthFields[0];
  draft.set(field, tokens, { kind: 'lengthPinned', field });
  const least = draft.get('min_tokens');
  // A server refuses a minimum above the maximum; the recorded answer fell short of it for another reason.
  if (typeof least === 'number' && least > tokens)
    draft.set('min_tokens', tokens, { kind: 'fieldLowered', field: 'min_tokens' });
  if (pinsEos) draft.set('ignore_eos', true, { kind: 'flagSet', field: 'ignore_eos', value: true });
}

/** Whether the finished body asks for exactly `tokens`: the user's own fields may ask for others. */
export function isPinned(draft: BodyDraft, { lengthFields, pinsEos }: ApiReading, tokens: number): boolean {
  const limits = lengthFields.map((name) => draft.get(name)).filter((limit) => limit != null);
  return pinsEos && draft.get('ignore_eos') === true && limits.includes(tokens);
}
