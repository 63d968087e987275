import type { OutputPiece } from '../answers/choice-output.ts';
import type { Dialect } from '../dialect.ts';
import { type AnswerFacts, jsonObject } from './api-format.ts';
import { bodyTiming, bodyUsage } from './usage.ts';

/** What chats and plain completions have around their choices. */

export const DONE = 'data: [DONE]\n\n';

/** The engine's death, as a stream that has begun ends: Python's JSON has spaces, and 0.8.5 says 400 even so. */
export const FAILURES: Readonly<Record<Dialect, string>> = {
  'v0.8.5':
    'data: {"error": {"object": "error", "message": "EngineCore encountered an issue. See stack trace (above) for the ' +
    'root cause.", "type": "BadRequestError", "param": null, "code": 400}}\n\n',
  'v0.32':
    'data: {"error": {"message": "EngineCore encountered an issue. See stack trace (above) for the root cause.", ' +
    '"type": "InternalServerError", "param": null, "code": 500}}\n\n',
  rust:
    'data: {"error":{"message":"engine-core error: engine core reported fatal failure","type":"server_error",' +
    '"param":null,"code":"server_error"}}\n\n',
};

/** What all events of a stream begin with, prepared once since a stream's tokens are many: `data: {"id":…,"model":…,`. */
export function streamHead({ id, created, request }: AnswerFacts): string {
  const object = request.api === 'chat' ? 'chat.completion.chunk' : 'text_completion';
  const model = JSON.stringify(request.model);
  return `data: {"id":${JSON.stringify(id)},"object":"${object}","created":${created},"model":${model},`;
}

/** The whole body around the choices. */
export function envelope(
  facts: AnswerFacts,
  object: string,
  choices: readonly string[],
  pieces: readonly OutputPiece[],
  prompt: Readonly<Record<string, string | undefined>>,
): string {
  const { dialect, fingerprint } = facts;
  const later = dialect === 'v0.8.5' ? undefined : 'null';
  return jsonObject({
    id: JSON.stringify(facts.id),
    object: JSON.stringify(object),
    created: `${facts.created}`,
    model: JSON.stringify(facts.request.model),
    choices: `[${choices}]`,
    ...(dialect === 'v0.32' ? { service_tier: 'null', system_fingerprint: JSON.stringify(fingerprint) } : {}),
    usage: bodyUsage(facts, pieces),
    ...(dialect === 'rust' ? { system_fingerprint: 'null' } : {}),
    ...prompt,
    kv_transfer_params: later,
    ec_transfer_params: later,
    metrics: dialect === 'v0.32' ? bodyTiming(facts, pieces) : undefined,
  });
}
