import { asCount } from '../../model/json.ts';
import {
  type Decoded,
  type ForeignAnswer,
  type ForeignExchange,
  NO_ANSWER,
  type PromptPart,
} from '../format.ts';

/** A request of which only lengths are known. */
interface TraceRow {
  readonly arrivedUs: number | null;
  readonly parts: readonly PromptPart[];
  readonly outputTokens: number | null;
  readonly inputTokens: number | null;
  readonly model: string | null;
  readonly session: string | null;
  readonly answer?: Partial<Extract<ForeignAnswer, { readonly kind: 'figures' }>>;
}

/** Longer prompts are a fault of the file, tokens: no model takes them. */
const MAX_PROMPT_TOKENS = 16 * 1024 * 1024;

/** A request with a synthetic prompt, or why there is none. */
export function lengthExchange(row: TraceRow): Decoded {
  const { arrivedUs, parts, outputTokens, inputTokens, model, session, answer } = row;
  const input = asCount(inputTokens);
  if (input === null || input < 1 || input > MAX_PROMPT_TOKENS || asCount(outputTokens) === null)
    return 'malformed';
  if (outputTokens === null || outputTokens < 1) return 'noOutput';
  const exchange: ForeignExchange = {
    arrivedUs,
    request: { kind: 'lengths', parts, maxTokens: outputTokens, model },
    session,
    answer: { ...NO_ANSWER, promptTokens: input, completionTokens: outputTokens, ...answer },
  };
  return exchange;
}

/** A prompt that shares nothing with any other. */
export function ownPrompt(number: number, length: number): readonly PromptPart[] {
  return length < 1 ? [] : [{ seed: `own ${number}`, number, isShared: false, length }];
}
