import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAnswer } from '../../../src/chat/answers/read-answer.ts';
import { FORMATS } from '../../../src/simulate/apis/formats.ts';
import { DEFAULT_FLAGS } from '../../../src/simulate/dialect.ts';
import { readGenerationRequest } from '../../../src/simulate/requests/read-request.ts';
import { rawAnswer } from '../../helpers/http-fixture.ts';
import {
  accepted,
  answerFacts,
  plainAnswer,
  readingRules,
  refused,
  refusedParam,
  streamedTexts,
} from '../../helpers/simulated-answer.ts';

const PARAMETERS = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] };
const TOOLS = [{ type: 'function', name: 'f', parameters: PARAMETERS }];
const THINKING = { flags: { ...DEFAULT_FLAGS, reasoningParser: true } };

const ask = (body: object) => accepted({ max_output_tokens: 60, ...body }, 'v0.32', 'responses');
const plain = (body: object, reasoning = false) =>
  plainAnswer({ max_output_tokens: 60, ...body }, 'v0.32', 'responses', {}, reasoning);

test('a request is the chat that vLLM makes of it', () => {
  const request = ask({
    instructions: 'Be brief.',
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'one' }] },
      { type: 'reasoning', content: [{ type: 'reasoning_text', text: 'hm' }] },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'c', output: 'two' },
    ],
    tools: TOOLS,
    tool_choice: { type: 'function', name: 'f' },
    reasoning: { effort: 'none' },
  });
  assert.equal(request.prompts[0]?.text, 'Be brief.\none\n\ntwo');
  assert.deepEqual([request.tools?.choice, request.tools?.answered], ['named', true]);
  assert.deepEqual([request.maxTokens, request.thinking], [60, false]);
  const format = { type: 'json_schema', name: 'x', schema: { type: 'integer' } };
  assert.deepEqual(ask({ text: { format } }).schema, { type: 'integer' });
  assert.equal(ask({ top_logprobs: 3, include: ['message.output_text.logprobs'] }).logprobs, 3);
  assert.equal(ask({ top_logprobs: 3 }).logprobs, null);
});

test('what it is refused for', () => {
  assert.deepEqual(refusedParam({ input: undefined }, 'v0.32', 'responses'), [400, 'input', true]);
  assert.deepEqual(refusedParam({ input: 5 }, 'v0.32', 'responses'), [400, 'input', true]);
  assert.deepEqual(refusedParam({ previous_response_id: 'r' }, 'v0.32', 'responses'), [
    404,
    'response_id',
    false,
  ]);
  assert.equal(refused({ max_output_tokens: 0 }, 'v0.32', 'responses').status, 400);
});

test('a server without a parser for tool calls takes tools, and nothing comes of them', () => {
  const rules = { ...readingRules('v0.32'), toolCallParser: false };
  const read = readGenerationRequest('responses', JSON.stringify({ input: 'x', tools: TOOLS }), rules);
  assert.ok('api' in read);
  assert.equal(read.tools, null);
});

test('thinking, text and calls are items of their own, in a stream one after another and whole at its end', () => {
  const types = ({ output }: { output: { type: string }[] }) => output.map(({ type }) => type);
  assert.deepEqual(types(plain({}, true)), ['reasoning', 'message']);
  assert.deepEqual(types(plain({ tools: TOOLS }, true)), ['reasoning', 'function_call']);
  const events = streamedTexts(answerFacts(ask({ stream: true }), THINKING)).map((text) =>
    JSON.parse(text.slice(text.indexOf('{'))),
  );
  assert.deepEqual(
    events.map(({ sequence_number }) => sequence_number),
    events.map((_, i) => i),
  );
  const seen = events.map(({ type, output_index }) =>
    `${type.slice('response.'.length)} ${output_index ?? ''}`.trim(),
  );
  assert.deepEqual(
    seen.filter((one, i) => one !== seen[i - 1]),
    [
      'created',
      'in_progress',
      'output_item.added 0',
      'content_part.added 0',
      'reasoning_text.delta 0',
      'reasoning_text.done 0',
      'content_part.done 0',
      'output_item.done 0',
      'output_item.added 1',
      'content_part.added 1',
      'output_text.delta 1',
      'output_text.done 1',
      'content_part.done 1',
      'output_item.done 1',
      'completed',
    ],
  );
  const { response } = events.at(-1);
  const deltas = events.filter(({ type }) => type === 'response.output_text.delta').map(({ delta }) => delta);
  assert.equal(response.output[1].content[0].text, deltas.join(''));
  assert.deepEqual(types(response), ['reasoning', 'message']);
  assert.deepEqual([response.status, response.usage.output_tokens], ['incomplete', 60]);
});

test('status and details say how it ended', () => {
  const cut = plain({});
  assert.deepEqual([cut.status, cut.incomplete_details], ['incomplete', { reason: 'max_output_tokens' }]);
  const whole = plain({ tools: TOOLS });
  assert.deepEqual([whole.status, whole.incomplete_details], ['completed', null]);
  assert.equal(whole.tool_choice, 'auto');
});

test('our own reader finds the stream good, and the engine’s death in one', () => {
  const facts = answerFacts(ask({ stream: true, max_output_tokens: 7 }));
  const headers = ['content-type', 'text/event-stream'];
  const read = (texts: readonly string[]) =>
    readAnswer(
      '/v1/responses',
      rawAnswer({ status: 200, headers, chunks: texts.map((text) => Buffer.from(text)) }),
    );
  const good = read(streamedTexts(facts));
  assert.deepEqual([good.outcome, good.completionTokens, good.tokenSource], ['ok', 7, 'usage']);
  const events = FORMATS.responses.events(facts);
  assert.equal(read([...events.opening(), ...events.failure()]).outcome, 'stream_error');
});
