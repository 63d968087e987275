import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openAiMessages, toolsOf } from '../../../src/formats/stores/otel-messages.ts';
import { exchangesOf, readAs, skipsOf } from '../../helpers/read-format.ts';

const samples = join(import.meta.dirname, '../../fixtures/formats');

function bodiesOf(records: ReturnType<typeof readAs>): readonly Record<string, unknown>[] {
  return exchangesOf(records).map(({ request }) =>
    request.kind === 'body'
      ? (JSON.parse(Buffer.from(request.bytes).toString()) as Record<string, unknown>)
      : {},
  );
}

test('parts of OpenTelemetry become OpenAI messages', () => {
  const messages = [
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'a' },
        { type: 'blob', mime_type: 'image/png', content: 'AA==' },
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', content: 'hm' },
        { type: 'tool_call', id: 'c', name: 'f', arguments: { x: 1 } },
      ],
      finish_reason: 'tool_call',
    },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c', response: { y: 2 } }] },
    { role: 'user', content: 'as OpenAI has it' },
  ];
  assert.deepEqual(openAiMessages(messages), [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'a' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }],
    },
    { role: 'tool', tool_call_id: 'c', content: '{"y":2}' },
    { role: 'user', content: 'as OpenAI has it' },
  ]);
  assert.deepEqual(toolsOf('[{"type":"function","name":"f","parameters":{}}]'), [
    { type: 'function', function: { name: 'f', parameters: {} } },
  ]);
});

test('spans are read a line of OTLP at a time, as batches, and as inference-perf writes them', () => {
  const otlp = readFileSync(join(samples, 'otel/otlp.json'), 'utf8');
  const line = JSON.stringify(JSON.parse(otlp));
  assert.equal(exchangesOf(readAs('otel', `${line}\n${line}\n`)).length, 8);
  const batches = line.replace('"resourceSpans"', '"batches"');
  assert.equal(exchangesOf(readAs('otel', batches)).length, 4);
  const span = {
    trace_id: 't',
    start_time: '2026-03-17T08:00:00.000000',
    end_time: '2026-03-17T08:00:02.000000',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm',
      'gen_ai.input.messages': '[{"role":"user","content":"hi"}]',
    },
    status: { code: 2, message: 'boom' },
  };
  const [one] = exchangesOf(readAs('otel', JSON.stringify({ spans: [span] }, null, 2)));
  assert.deepEqual(one?.answer.kind === 'figures' && [one.answer.outcome, one.answer.error], [
    'unknown',
    'boom',
  ]);
});

test("the client's whole body in LiteLLM's SpendLogs counts more than what is logged of it", () => {
  const row = {
    call_type: 'acompletion',
    startTime: '2026-01-01T00:00:00Z',
    cache_hit: 'False',
    messages: [],
    proxy_server_request: '{"model":"m", "messages":[{"role":"user","content":"x"}],"top_k":5}',
    session_id: '',
    trace_id: 'tr',
  };
  const [one] = exchangesOf(readAs('litellm', JSON.stringify(row)));
  assert.deepEqual(bodiesOf(readAs('litellm', JSON.stringify(row)))[0]?.top_k, 5);
  assert.deepEqual([one?.session, one?.request.kind === 'body' && one.request.isRebuilt], ['tr', false]);
});

test('messages and parameters of SpendLogs are JSON as text, and an empty object of them is no request', () => {
  const row = { call_type: 'acompletion', startTime: 1, model: 'm', model_parameters: '{"max_tokens":5}' };
  const lines = ['[{"role":"user","content":"x"}]', '{}', '[1, 2'].map((messages) =>
    JSON.stringify({ ...row, messages }),
  );
  const records = readAs('litellm', lines.join('\n'));
  assert.deepEqual(
    bodiesOf(records).map(({ messages, max_tokens: most }) => [messages, most]),
    [
      [[{ role: 'user', content: 'x' }], 5],
      [[{ role: 'user', content: '[1, 2' }], 5],
    ],
  );
  assert.deepEqual(skipsOf(records), ['noBody']);
});

test('settings of the client, some of them secret, are no parameters of a request', () => {
  const row = {
    call_type: 'completion',
    startTime: 1,
    messages: [{ role: 'user', content: 'x' }],
    model: 'm',
    model_parameters: { max_tokens: 5, api_key: 'sk-x', extra_headers: { authorization: 'x' } },
  };
  assert.deepEqual(bodiesOf(readAs('litellm', JSON.stringify(row)))[0], {
    model: 'm',
    messages: row.messages,
    max_tokens: 5,
  });
});

test('answers from a cache of Helicone are skipped, an id of zeros is none', () => {
  const row = (id: string) =>
    JSON.stringify({
      request_created_at: '2026-01-01T00:00:00Z',
      request_body: { model: 'm', messages: [] },
      cache_reference_id: id,
    });
  const records = readAs('helicone', `${row('00000000-0000-0000-0000-000000000000')}\n${row('r1')}`);
  assert.deepEqual([exchangesOf(records).length, skipsOf(records)], [1, ['cached']]);
});
