import type { Dialect } from './dialect.ts';
import { randomHex } from './message-parts.ts';
import { chatBody, completionBody } from './rust-body.ts';
import { chatEvents, completionEvents } from './rust-events.ts';

/** vLLM 0.32's Rust front end: no nulls in a stream, the role when the request begins, the finish on a chunk of its own. */
export const RUST: Dialect = {
  name: 'rust',
  heads: { server: 'hyper', varyOrigin: false, eventStreamType: 'text/event-stream' },
  version: '{"version":"0.32.0","rust_frontend_version":"0.32.0"}',
  maxBodyBytes: 32 * 2 ** 20,
  newId: () => randomHex(8),
  events: (facts) => (facts.request.api === 'chat' ? chatEvents(facts) : completionEvents(facts)),
  body: (facts, pieces) => (facts.request.api === 'chat' ? chatBody : completionBody)(facts, pieces),
  models(model, maxModelLen, created) {
    const card = {
      id: model,
      object: 'model',
      created,
      owned_by: 'vllm-frontend-rs',
      root: model,
      parent: null,
    };
    return JSON.stringify({ object: 'list', data: [{ ...card, max_model_len: maxModelLen }] });
  },
  tokenized: (tokens, maxModelLen, strings) =>
    JSON.stringify({ count: tokens.length, max_model_len: maxModelLen, tokens, token_strs: strings }),
};
