import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { DIALECTS } from '../../src/simulate/dialect.ts';
import type { Simulator } from '../../src/simulate/start-simulator.ts';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { quickSimulator } from '../helpers/quick-simulator.ts';

/** The `openai` package, which knows nothing of us, against the simulator in each of its dialects. */

const model = 'tiny';
const messages = [{ role: 'user' as const, content: 'What is the weather in Paris?' }];
const question = { model, messages, max_tokens: 12 };
const usage = { stream: true as const, stream_options: { include_usage: true } };
const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      parameters: {
        type: 'object',
        properties: { city: { enum: ['Paris', 'Rome'] }, days: { type: 'boolean' } },
        required: ['city', 'days'],
        additionalProperties: false,
      },
    },
  },
];

function clientOf(
  { url }: Simulator,
  options: { readonly apiKey?: string; readonly maxRetries?: number } = {},
) {
  return new OpenAI({
    baseURL: `${url.origin}/v1`,
    apiKey: 'sk-none',
    maxRetries: 0,
    logLevel: 'off',
    ...options,
  });
}

async function running({ url }: Simulator): Promise<number> {
  const { text } = await httpCall(new URL('/metrics', url));
  return Number(/^vllm:num_requests_running\{[^}]*\} (.*)$/m.exec(text)?.[1]);
}

for (const dialect of DIALECTS) {
  const server = await quickSimulator({ dialect, model, flags: { toolCallParser: true } });
  const client = clientOf(server);

  test(`${dialect}: plain and streamed answers are the same, and count their tokens`, async () => {
    const plain = await client.chat.completions.create(question);
    const [choice] = plain.choices;
    assert.deepEqual(
      [choice?.message.role, choice?.finish_reason, plain.usage?.completion_tokens],
      ['assistant', 'length', 12],
    );
    const stream = client.chat.completions.stream({ ...question, stream_options: usage.stream_options });
    let events = 0;
    stream.on('content', () => {
      events += 1;
    });
    assert.equal(await stream.finalContent(), choice?.message.content);
    assert.ok(events > 1);
    const total = await stream.totalUsage();
    assert.deepEqual(
      [total.prompt_tokens, total.completion_tokens],
      [plain.usage?.prompt_tokens, plain.usage?.completion_tokens],
    );
  });

  test(`${dialect}: calls of tools, whole and in pieces`, async () => {
    const asked = { ...question, tools, tool_choice: 'required' as const, max_tokens: 200 };
    const plain = await client.chat.completions.create(asked);
    const whole = plain.choices[0]?.message;
    const pieces = (await client.chat.completions.stream(asked).finalChatCompletion()).choices[0]?.message;
    for (const message of [whole, pieces]) {
      const [call] = message?.tool_calls ?? [];
      assert.ok(call?.type === 'function');
      assert.equal(call.function.name, 'get_weather');
      const given = JSON.parse(call.function.arguments) as Record<string, unknown>;
      assert.deepEqual(Object.keys(given), ['city', 'days']);
      assert.match(call.id, /^\S{8,}$/);
    }
  });

  test(`${dialect}: several choices, log probabilities, completions, models`, async () => {
    // The Rust front end refuses more than one.
    const n = dialect === 'rust' ? 1 : 2;
    const { choices } = await client.chat.completions.create({
      ...question,
      n,
      logprobs: true,
      top_logprobs: 2,
    });
    assert.deepEqual(
      choices.map(({ index, logprobs }) => [index, logprobs?.content?.length]),
      Array.from({ length: n }, (_, i) => [i, 12]),
    );
    let text = '';
    for await (const chunk of await client.completions.create({
      model,
      prompt: 'Hello',
      max_tokens: 9,
      ...usage,
    })) {
      text += chunk.choices[0]?.text ?? '';
      if (chunk.usage) assert.equal(chunk.usage.completion_tokens, 9);
    }
    assert.ok(text.length > 0);
    const names: string[] = [];
    for await (const { id } of client.models.list()) names.push(id);
    assert.deepEqual(names, [model]);
  });

  test(`${dialect}: a stream that is left ends on the server, too`, async () => {
    const stream = await client.chat.completions.create({ ...question, max_tokens: 20_000, ...usage });
    let seen = 0;
    for await (const _chunk of stream) {
      seen += 1;
      if (seen === 5) break;
    }
    assert.equal(seen, 5);
    await eventually(async () => (await running(server)) === 0);
  });

  test(`${dialect}: errors are of the client's classes`, async () => {
    const create = (body: object, headers: Record<string, string> = {}) =>
      client.chat.completions.create({ ...question, ...body }, { headers });
    const fault = (word: string) => ({ 'x-reprise-fault': word });
    await assert.rejects(create({ max_tokens: -1 }), OpenAI.BadRequestError);
    await assert.rejects(create({ model: 'nope' }), OpenAI.NotFoundError);
    await assert.rejects(create({}, fault('error,status=429')), OpenAI.RateLimitError);
    await assert.rejects(create({}, fault('error')), OpenAI.InternalServerError);
    await assert.rejects(
      create({}, fault('overload')),
      (error) => error instanceof OpenAI.InternalServerError && error.status === 503,
    );
    await assert.rejects(create({}, fault('refuse,ms=1')), OpenAI.APIConnectionError);
    const read = async (word: string): Promise<void> => {
      const stream = await client.chat.completions.create(
        { ...question, ...usage },
        { headers: fault(word) },
      );
      for await (const _chunk of stream);
    };
    await assert.rejects(read('error-event,after=2'), OpenAI.APIError);
    await assert.rejects(read('cut,after=2'), /terminated|aborted|closed|socket|connection/i);
    await assert.rejects(read('malformed,after=2'), SyntaxError);
    const keyed = await quickSimulator({ dialect, model, flags: { apiKey: 'sk-right' } });
    await assert.rejects(clientOf(keyed).models.list(), OpenAI.AuthenticationError);
    assert.equal((await clientOf(keyed, { apiKey: 'sk-right' }).models.list()).data.length, 1);
  });
}

test('the client’s own second try is answered', async () => {
  const server = await quickSimulator({ model });
  await httpCall(new URL('/_faults', server.url), ['error,status=503,header=x-stainless-retry-count:0']);
  const { choices } = await clientOf(server, { maxRetries: 1 }).chat.completions.create(question);
  assert.equal(choices[0]?.finish_reason, 'length');
});

test('reasoning comes apart from the answer', async () => {
  const server = await quickSimulator({ model, dialect: 'v0.32', flags: { reasoningParser: true } });
  const { choices } = await clientOf(server).chat.completions.create({ ...question, max_tokens: 400 });
  const message = choices[0]?.message as { readonly reasoning?: string; readonly content: string };
  assert.ok((message.reasoning?.length ?? 0) > 0 && message.content.length > 0);
});

test('responses, plain and streamed', async () => {
  const server = await quickSimulator({ model, dialect: 'v0.32', flags: { toolCallParser: true } });
  const client = clientOf(server);
  const asked = { model, input: 'What is the weather in Paris?', max_output_tokens: 12 };
  const plain = await client.responses.create(asked);
  assert.deepEqual([plain.status, plain.usage?.output_tokens], ['incomplete', 12]);
  const stream = client.responses.stream(asked);
  let events = 0;
  stream.on('response.output_text.delta', () => {
    events += 1;
  });
  assert.equal((await stream.finalResponse()).output_text, plain.output_text);
  assert.ok(events > 1);
  const { type, function: called } = tools[0] ?? { type: 'function', function: { name: '', parameters: {} } };
  const { output } = await client.responses.create({
    ...asked,
    max_output_tokens: 200,
    tools: [{ type, ...called, strict: true }],
    tool_choice: 'required',
  });
  const [call] = output;
  assert.ok(call?.type === 'function_call');
  assert.deepEqual(Object.keys(JSON.parse(call.arguments) as object), ['city', 'days']);
  await assert.rejects(client.responses.create({ ...asked, model: 'nope' }), OpenAI.NotFoundError);
});
