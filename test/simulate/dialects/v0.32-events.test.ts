import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_FLAGS, type ServerFlags } from '../../../src/simulate/dialects/server-flags.ts';
import { V032 } from '../../../src/simulate/dialects/v0.32.ts';
import { accepted, answerFacts, streamedEvents } from '../../helpers/simulated-answer.ts';

const TOOLS = [{ type: 'function', function: { name: 'f' } }];

interface Chunk {
  readonly choices: readonly {
    readonly index: number;
    readonly text?: string;
    readonly delta: Readonly<Record<string, unknown>>;
    readonly finish_reason: string | null;
    readonly logprobs: unknown;
    readonly token_ids: unknown;
  }[];
  readonly usage?: { readonly completion_tokens: number; readonly completion_tokens_details?: object };
  readonly system_fingerprint?: string;
}

function chunks(
  body: object,
  api: 'chat' | 'completions' = 'chat',
  flags: Partial<ServerFlags> = {},
): Chunk[] {
  const request = accepted({ stream: true, max_tokens: 60, ...body }, 'v0.32', api);
  const events = streamedEvents(V032, answerFacts(request, { flags: { ...DEFAULT_FLAGS, ...flags } }));
  assert.equal(events.at(-1), '[DONE]');
  return events.slice(0, -1).map((event) => JSON.parse(event) as Chunk);
}

test('the finish is on the last chunk of text, with the fingerprint unless usage follows', () => {
  const plain = chunks({ max_tokens: 3 });
  assert.deepEqual(
    plain.map(({ choices }) => choices[0]?.finish_reason),
    [null, null, null, 'length'],
  );
  assert.deepEqual(
    plain.map(({ system_fingerprint }) => system_fingerprint !== undefined),
    [false, false, false, true],
  );
  const counted = chunks({ max_tokens: 3, stream_options: { include_usage: true } });
  assert.deepEqual(
    counted.map(({ system_fingerprint }) => system_fingerprint !== undefined),
    [false, false, false, false, true],
  );
  assert.equal(counted.at(-1)?.usage?.completion_tokens, 3);
});

test('every choice has its role first', () => {
  const roles = chunks({ n: 2, temperature: 1, max_tokens: 2 }).slice(0, 2);
  assert.deepEqual(
    roles.map(({ choices }) => [choices[0]?.index, choices[0]?.delta.role]),
    [
      [0, 'assistant'],
      [1, 'assistant'],
    ],
  );
});

test('where a parser reads, tokens that say nothing send nothing', () => {
  const call = chunks({ tools: TOOLS, tool_choice: 'required' }).slice(1);
  const told = call.flatMap(({ choices }) => (choices[0]?.delta.tool_calls as object[] | undefined) ?? []);
  assert.match(
    JSON.stringify(told[0]),
    /^\{"id":"chatcmpl-tool-[0-9a-f]{16}","type":"function","index":0,"function":\{"name":"f"\}\}$/,
  );
  assert.ok(call.slice(0, -1).every(({ choices }) => choices[0]?.delta.tool_calls !== undefined));
  assert.deepEqual(
    [call.at(-1)?.choices[0]?.delta, call.at(-1)?.choices[0]?.finish_reason],
    [{}, 'tool_calls'],
  );
});

test('thinking that is not wanted hides probabilities and ids as well', () => {
  const body = { logprobs: true, return_token_ids: true, max_tokens: 40 };
  const shown = chunks(body, 'chat', { reasoningParser: true });
  assert.ok(
    shown.slice(1).every(({ choices }) => choices[0]?.logprobs !== null && choices[0]?.token_ids !== null),
  );
  const hidden = chunks({ ...body, include_reasoning: false }, 'chat', { reasoningParser: true });
  assert.ok(
    hidden.slice(1).every(({ choices }) => choices[0]?.logprobs === null && choices[0]?.token_ids === null),
  );
  assert.ok(hidden.every(({ choices }) => choices[0]?.delta.reasoning === undefined));
  assert.ok(hidden.length < shown.length);
});

test('continuous usage tells of thinking where a parser does', () => {
  const stream_options = { include_usage: true, continuous_usage_stats: true };
  const [first, second] = chunks({ stream_options }, 'chat', { reasoningParser: true });
  assert.equal(first?.usage?.completion_tokens, 0);
  assert.deepEqual(second?.usage?.completion_tokens_details, { reasoning_tokens: 1 });
});

test('a plain completion echoes its prompt with the first piece of each choice', () => {
  const texts = chunks({ prompt: ['one two', 'three'], echo: true, max_tokens: 2 }, 'completions').map(
    ({ choices }) => [choices[0]?.index, choices[0]?.text],
  );
  assert.match(String(texts[0]?.[1]), /^one two/);
  assert.match(String(texts[2]?.[1]), /^three/);
  assert.deepEqual(
    texts.map(([index]) => index),
    [0, 0, 1, 1],
  );
});
