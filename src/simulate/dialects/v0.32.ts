import type { Dialect } from './dialect.ts';
import { modelList, randomHex } from './message-parts.ts';
import { chatBody, completionBody } from './v0.32-body.ts';
import { chatEvents, completionEvents } from './v0.32-events.ts';

/** vLLM 0.32's Python front end: pydantic's JSON, nulls included, the finish on the last chunk of text. */
export const V032: Dialect = {
  name: 'v0.32',
  heads: { server: 'uvicorn', varyOrigin: true, eventStreamType: 'text/event-stream; charset=utf-8' },
  version: '{"version":"0.32.0"}',
  maxBodyBytes: null,
  newId: () => randomHex(16),
  events: (facts) => (facts.request.api === 'chat' ? chatEvents(facts) : completionEvents(facts)),
  body: (facts, choices) => (facts.request.api === 'chat' ? chatBody : completionBody)(facts, choices),
  models: (model, maxModelLen, created) => modelList(model, maxModelLen, created, 16),
  tokenized: (tokens, maxModelLen, strings) =>
    JSON.stringify({ count: tokens.length, max_model_len: maxModelLen, tokens, token_strs: strings }),
};
