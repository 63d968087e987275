import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openAiMessages, toolsOf } from '../../../src/formats/stores/otel-messages.ts';
import { exchangesOf, readAs, skipsOf, sniffed } from '../../helpers/read-format.ts';

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
  const f = { type: 'function', function: { name: 'f', parameters: {} } };
  for (const attributes of [
    { 'gen_ai.tool.definitions': '[{"type":"function","name":"f","parameters":{}}]' },
    { 'llm.request.functions.0.name': 'f', 'llm.request.functions.0.parameters': '{}' },
    { 'llm.tools.0.tool.json_schema': JSON.stringify(f) },
  ]) {
    assert.deepEqual(toolsOf(attributes), [f]);
  }
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

test('messages are read from wherever a library puts them', () => {
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };
  const expected = [
    { role: 'user', content: [{ type: 'text', text: 'a' }, image] },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', content: 'b', tool_call_id: 'c' },
  ];
  const flat = (prefix: string, attributes: object) =>
    Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`${prefix}.${name}`, value]));
  const openLLMetry = flat('gen_ai.prompt', {
    '0.role': 'user',
    '0.content': JSON.stringify(expected[0]?.content),
    '1.role': 'assistant',
    '1.tool_calls.0.id': 'c',
    '1.tool_calls.0.name': 'f',
    '1.tool_calls.0.arguments': '{}',
    '2.role': 'tool',
    '2.content': 'b',
    '2.tool_call_id': 'c',
    '__proto__.x': 1,
  });
  const openInference = flat('llm.input_messages', {
    '0.message.role': 'user',
    '0.message.contents.0.message_content.type': 'text',
    '0.message.contents.0.message_content.text': 'a',
    '0.message.contents.1.message_content.type': 'image',
    '0.message.contents.1.message_content.image.image.url': 'data:image/png;base64,AA==',
    '1.message.role': 'assistant',
    '1.message.tool_calls.0.tool_call.id': 'c',
    '1.message.tool_calls.0.tool_call.function.name': 'f',
    '1.message.tool_calls.0.tool_call.function.arguments': '{}',
    '2.message.role': 'tool',
    '2.message.content': 'b',
    '2.message.tool_call_id': 'c',
  });
  const events = expected.map(({ role, ...message }) => ({
    name: `gen_ai.${role}.message`,
    attributes: { 'gen_ai.event.content': JSON.stringify({ ...message, id: message.tool_call_id }) },
  }));
  const structured = { 'gen_ai.input.messages': JSON.stringify(expected) };
  const named = { 'gen_ai.request.model': 'm' };
  const spans: readonly object[] = [
    { attributes: openLLMetry },
    { attributes: { ...openInference, 'llm.invocation_parameters': '{"max_tokens":7}' } },
    { attributes: { 'ai.prompt.messages': JSON.stringify(expected) } },
    { attributes: named, events },
    {
      attributes: named,
      events: [{ name: 'gen_ai.content.prompt', attributes: { 'gen_ai.prompt': JSON.stringify(expected) } }],
    },
    {
      attributes: named,
      events: [{ name: 'gen_ai.client.inference.operation.details', attributes: structured }],
    },
  ];
  const records = readAs(
    'otel',
    spans
      .map((span) => JSON.stringify({ trace_id: 't', start_time: '2026-01-01T00:00:00Z', ...span }))
      .join('\n'),
  );
  const bodies = bodiesOf(records);
  assert.equal(bodies.length, spans.length, JSON.stringify(skipsOf(records)));
  for (const { messages } of bodies) assert.deepEqual(messages, expected);
  assert.equal(bodies[1]?.max_tokens, 7);
});

test('spans of Jaeger, of Tempo and of the console are spans', () => {
  const attributes = {
    'gen_ai.request.model': 'm',
    'gen_ai.input.messages': '[{"role":"user","content":"x"}]',
  };
  const list = (value: (text: string) => unknown) =>
    Object.entries(attributes).map(([key, text]) => ({ key, type: 'string', value: value(text) }));
  const us = Date.UTC(2026, 0, 1) * 1e3;
  const otlp = {
    scopeSpans: [
      {
        spans: [
          {
            traceId: 't',
            startTimeUnixNano: `${us}000`,
            endTimeUnixNano: `${us + 5}000`,
            attributes: list((stringValue) => ({ stringValue })),
          },
        ],
      },
    ],
  };
  const jaeger = { traceID: 't', startTime: us, duration: 5, tags: list((text) => text) };
  const printed = {
    name: 'chat m',
    context: { trace_id: '0x1' },
    start_time: '2026-01-01T00:00:00.000000Z',
    end_time: '2026-01-01T00:00:00.000005Z',
    status: { status_code: 'UNSET' },
    attributes,
  };
  for (const document of [
    { data: [{ traceID: 't', spans: [jaeger], processes: {} }], total: 0 },
    { result: { resourceSpans: [otlp] } },
    { trace: { resourceSpans: [otlp] } },
    { batches: [otlp] },
    printed,
  ]) {
    for (const text of [JSON.stringify(document), JSON.stringify(document, null, 4)]) {
      assert.equal(sniffed(text), 'otel', text);
      const [one] = exchangesOf(readAs('otel', `${text}\n${text}\n`));
      assert.deepEqual(
        [one?.arrivedUs, one?.answer.kind === 'figures' && one.answer.finishedUs],
        [us, us + 5],
      );
    }
  }
});

test('numbers may be texts, as databases write those of 64 bits', () => {
  const langfuse = {
    type: 'GENERATION',
    start_time: '2026-01-01 00:00:00',
    input: ['a', { role: 'user', content: 'b' }],
    time_to_first_token: '0.25',
    usage_details: { input: '3', output: '12' },
  };
  const helicone = {
    request_created_at: '2026-01-01 00:00:00+00',
    request_body: { model: 'm', messages: [] },
    response_status: '200',
    delay_ms: '900',
    time_to_first_token: '250',
    prompt_tokens: '3',
    completion_tokens: '12',
  };
  const us = Date.UTC(2026, 0, 1) * 1e3;
  for (const [format, row] of [
    ['langfuse', langfuse],
    ['helicone', helicone],
  ] as const) {
    const [one] = exchangesOf(readAs(format, JSON.stringify(row)));
    const { answer } = one ?? {};
    assert.ok(answer?.kind === 'figures');
    assert.deepEqual(
      [one?.arrivedUs, answer.firstTokenUs, answer.promptTokens, answer.completionTokens],
      [us, us + 250_000, 3, 12],
      format,
    );
  }
});

test('texts that LiteLLM took out are seen in either form', () => {
  const row = (messages: unknown) =>
    JSON.stringify({ call_type: 'acompletion', startTime: 1, model: 'm', messages });
  const taken = 'redacted-by-litellm';
  const user = (content: string) => [{ role: 'user', content }];
  const forms = [taken, user(taken), JSON.stringify(user(taken)), user(`is ${taken} a mark?`)];
  const records = readAs('litellm', forms.map(row).join('\n'));
  assert.deepEqual(
    [skipsOf(records), exchangesOf(records).length],
    [['redacted', 'redacted', 'redacted'], 1],
  );
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
