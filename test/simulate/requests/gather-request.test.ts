import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted } from '../../helpers/simulated-answer.ts';

test('stop is a text or several, options tell of usage', () => {
  const request = accepted({
    stop: 'x',
    stop_token_ids: [7],
    stream: true,
    stream_options: { include_usage: true, continuous_usage_stats: true },
    stream_interval: 4,
  });
  assert.deepEqual([request.stop, request.stopTokenIds], [['x'], [7]]);
  assert.deepEqual([request.includeUsage, request.continuousUsage, request.streamInterval], [true, true, 4]);
  assert.equal(
    accepted({ stream: true, stream_options: { continuous_usage_stats: true } }).continuousUsage,
    false,
  );
});

test('0.8.5 has fewer fields, and its options mean usage unless they say otherwise', () => {
  const body = {
    stream: true,
    stream_options: {},
    stream_interval: 4,
    return_token_ids: true,
    cache_salt: 'a',
  };
  const old = accepted(body, 'v0.8.5');
  assert.deepEqual(
    [old.includeUsage, old.streamInterval, old.returnTokenIds, old.cacheSalt],
    [true, 1, false, ''],
  );
  assert.equal(accepted(body, 'v0.32').includeUsage, false);
});

test('a chat echoes its last message when the answer continues it, a plain completion its prompt', () => {
  const said = { role: 'assistant', content: 'Say ' };
  assert.equal(accepted({ messages: [{ role: 'user', content: 'x' }, said], echo: true }).echo, 'Say ');
  assert.equal(accepted({ echo: true }).echo, '');
  assert.equal(accepted({ echo: true }, 'v0.32', 'completions').echo, 'one two');
});

test('probabilities: how many, and of the prompt as well with an echo', () => {
  assert.equal(accepted({ logprobs: true }).logprobs, 0);
  assert.equal(accepted({ logprobs: true, top_logprobs: -1 }).logprobs, 20);
  assert.equal(accepted({}).logprobs, null);
  assert.equal(accepted({ logprobs: 3, echo: true }, 'v0.32', 'completions').promptLogprobs, 3);
  assert.equal(accepted({ echo: true }, 'v0.32', 'completions').promptLogprobs, null);
  assert.equal(accepted({ echo: true }).promptLogprobs, 0);
});

test('schemas come in several ways', () => {
  const schema = { type: 'integer' };
  const format = { type: 'json_schema', json_schema: { name: 'a', schema } };
  assert.deepEqual(accepted({ response_format: format }).schema, schema);
  assert.deepEqual(accepted({ structured_outputs: { json: schema } }).schema, schema);
  assert.deepEqual(accepted({ guided_json: schema }, 'v0.8.5').schema, schema);
  assert.notEqual(accepted({ response_format: { type: 'json_object' } }).schema, null);
  assert.equal(accepted({ response_format: { type: 'text' } }).schema, null);
});

test('thinking is asked for by the template’s arguments or by effort', () => {
  assert.equal(accepted({ chat_template_kwargs: { enable_thinking: true } }).thinking, true);
  assert.equal(accepted({ chat_template_kwargs: { thinking: false } }).thinking, false);
  assert.equal(accepted({ reasoning_effort: 'none' }).thinking, false);
  assert.equal(accepted({ reasoning_effort: 'low' }).thinking, true);
  assert.equal(accepted({}).thinking, null);
});
