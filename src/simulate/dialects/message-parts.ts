import { randomBytes } from 'node:crypto';
import type { CallDelta, OutputPiece } from '../answers/choice-output.ts';
import { MARKS } from '../texts/tokens.ts';

/** `chatcmpl-tool-` and so many hex digits. */
export function toolCallId(digits: number): string {
  return `chatcmpl-tool-${randomHex(digits)}`;
}

export function randomHex(digits: number): string {
  return randomBytes(digits / 2).toString('hex');
}

/**
 * The notation of calls in an answer that ended within it: to the parsers of the Python front ends that is no call but
 * content. Null when there is none.
 */
export function cutNotation({ tokens, finish }: OutputPiece): string | null {
  const begin = finish?.reason === 'length' ? tokens.findIndex(({ id }) => id === MARKS.toolCall.id) : -1;
  if (begin === -1) return null;
  return tokens
    .slice(begin)
    .map(({ text }) => text)
    .join('');
}

/** `tool_calls` of a whole message: each call with its arguments put together. */
export function wholeCalls(calls: readonly CallDelta[], newId: () => string): readonly object[] {
  const whole = new Map<number, { name: string; arguments: string }>();
  for (const { call, name, arguments: text } of calls) {
    const known = whole.get(call) ?? { name: '', arguments: '' };
    whole.set(call, { name: name ?? known.name, arguments: known.arguments + text });
  }
  return [...whole.values()].map((call) => ({ id: newId(), type: 'function', function: call }));
}

/** The `finish_reason` of a choice: calls that the model chose freely, or was made to choose among, have their own. */
export function finishReason({ finish, called }: OutputPiece, choice: string | null): string {
  const reason = finish?.reason ?? 'stop';
  return called && choice !== 'named' && reason === 'stop' ? 'tool_calls' : reason;
}

/** `/v1/models` of the Python front ends; `digits` is how long a random id is. */
export function modelList(model: string, maxModelLen: number, created: number, digits: number): string {
  const permission = {
    id: `modelperm-${randomHex(digits)}`,
    object: 'model_permission',
    created,
    allow_create_engine: false,
    allow_sampling: true,
    allow_logprobs: true,
    allow_search_indices: false,
    allow_view: true,
    allow_fine_tuning: false,
    organization: '*',
    group: null,
    is_blocking: false,
  };
  const card = { id: model, object: 'model', created, owned_by: 'vllm', root: model, parent: null };
  return JSON.stringify({
    object: 'list',
    data: [{ ...card, max_model_len: maxModelLen, permission: [permission] }],
  });
}
