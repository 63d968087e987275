import type { Dialect } from './dialect.ts';
import { modelList, randomHex } from './message-parts.ts';
import { chatBody, completionBody } from './v0.8.5-body.ts';
import { chatEvents, completionEvents } from './v0.8.5-events.ts';

/** vLLM 0.8.5: as its source writes it, key order and nulls included. */
export const V085: Dialect = {
  name: 'v0.8.5',
  heads: { server: 'uvicorn', varyOrigin: false, eventStreamType: 'text/event-stream; charset=utf-8' },
  version: '{"version":"0.8.5"}',
  maxBodyBytes: null,
  newId: () => randomHex(32),
  events: (facts) => (facts.request.api === 'chat' ? chatEvents(facts) : completionEvents(facts)),
  body: (facts, pieces) => (facts.request.api === 'chat' ? chatBody : completionBody)(facts, pieces),
  models: (model, maxModelLen, created) => modelList(model, maxModelLen, created, 32),
  tokenized: (tokens, maxModelLen) =>
    JSON.stringify({ count: tokens.length, max_model_len: maxModelLen, tokens }),
};
