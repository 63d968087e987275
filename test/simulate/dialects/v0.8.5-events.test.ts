import assert from 'node:assert/strict';
import { test } from 'node:test';
import { V085 } from '../../../src/simulate/dialects/v0.8.5.ts';
import { accepted, answerFacts, streamedEvents, wholePieces } from '../../helpers/simulated-answer.ts';

const TOOLS = [
  {
    type: 'function',
    function: {
      name: 'f',
      parameters: { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
    },
  },
];
const USAGE = { stream: true, stream_options: { include_usage: true } };

function events(body: object, api: 'chat' | 'completions' = 'chat'): readonly string[] {
  return streamedEvents(
    V085,
    answerFacts(accepted({ stream: true, max_tokens: 60, ...body }, 'v0.8.5', api)),
  );
}

const HEAD = '{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1745900000,"model":"m",';

test('a chat’s stream, byte for byte as the source writes it', () => {
  const body = { ...USAGE, max_tokens: 2 };
  const [first, second] = wholePieces(accepted(body, 'v0.8.5'), 'v0.8.5')[0]?.tokens ?? [];
  assert.deepEqual(events(body), [
    `${HEAD}"choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}`,
    `${HEAD}"choices":[{"index":0,"delta":{"content":${JSON.stringify(first?.text)}},"logprobs":null,"finish_reason":null}]}`,
    `${HEAD}"choices":[{"index":0,"delta":{"content":${JSON.stringify(second?.text)}},"logprobs":null,"finish_reason":"length","stop_reason":null}]}`,
    `${HEAD}"choices":[],"usage":{"prompt_tokens":8,"total_tokens":10,"completion_tokens":2}}`,
    '[DONE]',
  ]);
});

test('a plain completion’s stream has no role and a null usage', () => {
  const [first, last, done] = events({ max_tokens: 2, echo: true }, 'completions');
  assert.match(
    first ?? '',
    /"choices":\[\{"index":0,"text":"one two.+?","logprobs":null,"finish_reason":null,"stop_reason":null\}\],"usage":null\}$/,
  );
  assert.match(last ?? '', /"finish_reason":"length"/);
  assert.equal(done, '[DONE]');
});

test('continuous usage is on every event', () => {
  const stream_options = { include_usage: true, continuous_usage_stats: true };
  const counts = events({ stream_options, max_tokens: 3 })
    .slice(0, -1)
    .map((event) => JSON.parse(event).usage.completion_tokens);
  assert.deepEqual(counts, [0, 1, 2, 3, 3]);
});

test('a free call begins with its id, a forced one with its first arguments, a named one repeats its name', () => {
  const calls = (choice: unknown) =>
    events({ tools: TOOLS, tool_choice: choice })
      .slice(0, -1)
      .flatMap((event) => JSON.parse(event).choices[0]?.delta.tool_calls ?? []);
  const [free, ...more] = calls('auto');
  assert.match(free.id, /^chatcmpl-tool-[0-9a-f]{32}$/);
  assert.deepEqual(free.function, { name: 'f' });
  assert.ok(more.every((call: { function: object }) => Object.keys(call.function).join() === 'arguments'));
  const [forced] = calls('required');
  assert.deepEqual([forced.id, forced.function], [undefined, { name: 'f', arguments: '{' }]);
  const named = calls({ type: 'function', function: { name: 'f' } });
  assert.ok(
    named.length > 2 && named.every((call: { function: { name: string } }) => call.function.name === 'f'),
  );
  const text = (all: readonly { function: { arguments?: string } }[]): string =>
    all.map((call) => call.function.arguments ?? '').join('');
  for (const all of [more, calls('required'), named])
    assert.deepEqual(Object.keys(JSON.parse(text(all))), ['a']);
});

test('thinking is `reasoning_content`; an engine’s death is a 400 in Python’s JSON', () => {
  const thinking = { chat_template_kwargs: { enable_thinking: true } };
  assert.match(events(thinking)[1] ?? '', /"delta":\{"reasoning_content":"/);
  const [failure] = V085.events(answerFacts(accepted({}, 'v0.8.5'))).failure();
  assert.match(failure ?? '', /^data: \{"error": \{"object": "error", .*"code": 400\}\}\n\n$/);
});
