import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  readGenerationRequest,
  unknownModel,
  unreadableBody,
} from '../../../src/simulate/requests/read-request.ts';
import { accepted, readingRules, refused, refusedParam } from '../../helpers/simulated-answer.ts';

test('JSON, fields, model and length are looked at in this order', () => {
  assert.deepEqual(refusedParam('{'), [400, null, true]);
  assert.deepEqual(refusedParam({ model: 'other', max_tokens: 'x' }), [400, 'max_tokens', true]);
  assert.deepEqual(refusedParam({ model: 'other', max_tokens: 0 }), [400, 'max_tokens', false]);
  assert.deepEqual(refusedParam({ model: 'other', max_tokens: 5_000 }), [404, 'model', false]);
  assert.deepEqual(refusedParam({ max_tokens: 5_000 }), [400, 'max_tokens', false]);
  assert.equal(accepted({ model: 'm' }).model, 'm');
});

test('a message names the field, what it must be and what it was', () => {
  assert.equal(refused({ max_tokens: 'x' }).message, 'max_tokens must be a whole number, not "x"');
  assert.equal(refused({ top_p: 0 }).message, 'top_p must be above 0 and at most 1, not 0');
  assert.equal(refused({ messages: 'x'.repeat(200) }).message.length, 109);
});

test('a body that is not an object', () => {
  assert.match(unreadableBody('').message, /no body/);
  assert.match(unreadableBody('{').message, /not JSON: /);
  for (const text of ['[]', '5', 'null']) assert.match(unreadableBody(text).message, /must be a JSON object/);
});

test('a model need not be named', () => {
  for (const model of [undefined, null, '']) assert.equal(unknownModel(model, 'm'), null);
});

const long = (tokens: number): object => ({ messages: [{ role: 'user', content: ' a'.repeat(tokens - 6) }] });

test('0.8.5 refuses a limit that does not fit, later servers cut it', () => {
  const body = { ...long(990), max_tokens: 11 };
  assert.deepEqual(refusedParam(body, 'v0.8.5'), [400, 'input_tokens', false]);
  assert.equal(accepted({ ...long(990), max_tokens: 10 }, 'v0.8.5').maxTokens, 10);
  assert.equal(accepted(body, 'v0.32').maxTokens, 10);
  assert.equal(accepted({ ...long(990), max_tokens: 5_000 }, 'rust').maxTokens, 10);
});

test('a prompt that fills the context is refused by all', () => {
  for (const dialect of ['v0.8.5', 'v0.32', 'rust'] as const) {
    assert.match(
      refused(long(1_000), dialect).message,
      /^This model's maximum context length is 1000 tokens/,
    );
    assert.equal(accepted(long(999), dialect).room, 1);
  }
});

test('0.32 refuses a limit beyond the context, and a text longer than its tokens can be', () => {
  assert.deepEqual(refusedParam({ max_completion_tokens: 1_001 }), [400, 'max_tokens', false]);
  const text = { messages: [{ role: 'user', content: 'a'.repeat(128_001) }] };
  assert.deepEqual(refusedParam(text), [400, 'input_text', false]);
});

const TOOLS = ['a', 'b'].map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object' } },
}));

test('tools may be called unless the request says otherwise', () => {
  assert.deepEqual(accepted({ tools: TOOLS }).tools, {
    choice: 'auto',
    callable: [
      { name: 'a', parameters: { type: 'object' } },
      { name: 'b', parameters: { type: 'object' } },
    ],
    parallel: true,
    answered: false,
  });
  assert.equal(accepted({}).tools, null);
  assert.equal(accepted({ tools: TOOLS, tool_choice: 'none' }).tools, null);
});

test('a named tool is the only one that can be called', () => {
  const choice = { tool_choice: { function: { name: 'b' } }, parallel_tool_calls: false };
  const use = accepted({ tools: TOOLS, ...choice }).tools;
  assert.deepEqual(
    [use?.choice, use?.callable.map(({ name }) => name), use?.parallel],
    ['named', ['b'], false],
  );
});

test('after a tool’s result the model has something to say itself', () => {
  const messages = [{ role: 'tool', content: '20 °C' }];
  assert.equal(accepted({ tools: TOOLS, messages }).tools?.answered, true);
});

test('a server without a parser for tool calls refuses what it would have to parse', () => {
  const status = (dialect: 'v0.8.5' | 'v0.32' | 'rust', choice: string): number => {
    const body = { messages: [{ role: 'user', content: 'x' }], tools: TOOLS, tool_choice: choice };
    const rules = { ...readingRules(dialect), toolCallParser: false };
    const read = readGenerationRequest('chat', JSON.stringify(body), rules);
    return 'status' in read ? read.status : 200;
  };
  assert.deepEqual([status('v0.32', 'auto'), status('v0.32', 'required')], [400, 400]);
  assert.deepEqual([status('v0.8.5', 'auto'), status('v0.8.5', 'required')], [400, 200]);
  assert.deepEqual([status('rust', 'auto'), status('v0.32', 'none')], [200, 200]);
});

test('stop is a text or several, options decide about usage', () => {
  const request = accepted({
    stop: 'x',
    stop_token_ids: [7],
    stream: true,
    stream_options: { include_usage: true, continuous_usage_stats: true },
    stream_interval: 4,
  });
  assert.deepEqual([request.stop, request.stopTokenIds], [['x'], [7]]);
  assert.deepEqual([request.includeUsage, request.continuousUsage, request.streamInterval], [true, true, 4]);
  const options = { continuous_usage_stats: true };
  assert.equal(accepted({ stream: true, stream_options: options }).continuousUsage, false);
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

test('probabilities: how many', () => {
  assert.equal(accepted({ logprobs: true }).logprobs, 0);
  assert.equal(accepted({ logprobs: true, top_logprobs: -1 }).logprobs, 20);
  assert.equal(accepted({}).logprobs, null);
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
