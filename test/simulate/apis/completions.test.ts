import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMATS } from '../../../src/simulate/apis/formats.ts';
import type { Dialect } from '../../../src/simulate/dialect.ts';
import {
  accepted,
  answerFacts,
  plainAnswer,
  streamedEvents,
  wholePieces,
} from '../../helpers/simulated-answer.ts';

function events(dialect: Dialect, body: object): readonly string[] {
  const request = accepted({ stream: true, ...body }, dialect, 'completions');
  return streamedEvents(answerFacts(request, { dialect })).slice(0, -1);
}

test('0.8.5: an answer, byte for byte as its source writes it', () => {
  const request = accepted({ max_tokens: 3, echo: true }, 'v0.8.5', 'completions');
  const pieces = wholePieces(request, 'v0.8.5');
  assert.equal(
    FORMATS.completions.body(answerFacts(request, { dialect: 'v0.8.5' }), pieces),
    '{"id":"cmpl-1","object":"text_completion","created":1745900000,"model":"m","choices":[{"index":0,' +
      `"text":${JSON.stringify(`one two${pieces[0]?.content}`)},"logprobs":null,"finish_reason":"length","stop_reason":null,` +
      '"prompt_logprobs":null}],"usage":{"prompt_tokens":2,"total_tokens":5,"completion_tokens":3,' +
      '"prompt_tokens_details":null}}',
  );
});

test('0.8.5: a stream has no role and a null usage', () => {
  const [first = '', last = ''] = events('v0.8.5', { max_tokens: 2, echo: true });
  assert.match(
    first,
    /"choices":\[\{"index":0,"text":"one two.+?","logprobs":null,"finish_reason":null,"stop_reason":null\}\],"usage":null\}$/,
  );
  assert.match(last, /"finish_reason":"length"/);
});

test('a plain answer repeats each choice’s own prompt, 0.32 as ids when those are asked for', () => {
  const body = { prompt: ['a', 'b'], echo: true, max_tokens: 1 };
  const texts = (fields: object): { text: string; prompt_token_ids: number[] | null }[] =>
    plainAnswer({ ...body, ...fields }, 'v0.32', 'completions').choices;
  assert.deepEqual(
    texts({}).map(({ text }) => text[0]),
    ['a', 'b'],
  );
  const asked = texts({ return_token_ids: true });
  assert.deepEqual(
    asked.map(({ prompt_token_ids }) => prompt_token_ids?.length),
    [1, 1],
  );
  assert.ok(texts({}).every(({ text }, i) => text === `${body.prompt[i]}${asked[i]?.text}`));
});

test('a stream echoes the prompt with the first piece of each choice', () => {
  const texts = events('v0.32', { prompt: ['one two', 'three'], echo: true, max_tokens: 2 })
    .map((event) => JSON.parse(event).choices[0])
    .map(({ index, text }) => [index, text]);
  assert.match(String(texts[0]?.[1]), /^one two/);
  assert.match(String(texts[2]?.[1]), /^three/);
  assert.deepEqual(
    texts.map(([index]) => index),
    [0, 0, 1, 1],
  );
});

test('Rust: the prompt’s ids and probabilities are on the choice', () => {
  const body = { echo: true, return_token_ids: true, prompt_logprobs: 1, max_tokens: 2 };
  const { choices, system_fingerprint } = plainAnswer(body, 'rust', 'completions');
  const [choice] = choices;
  assert.deepEqual(
    [choice.prompt_token_ids.length, choice.prompt_logprobs.length, choice.token_ids.length],
    [2, 2, 2],
  );
  assert.match(choice.text, /^one two./);
  assert.equal(system_fingerprint, null);
});

test('Rust: a stream opens only to echo or to tell of ids, and ends on a chunk of its own', () => {
  const first = (body: object): string =>
    (events('rust', { max_tokens: 1, ...body })[0] ?? '').replace(/^.*?"choices":/, '');
  assert.match(first({ echo: true }), /^\[\{"index":0,"text":"one two"\}\]/);
  assert.match(
    first({ return_token_ids: true }),
    /^\[\{"index":0,"text":"","token_ids":\[\],"prompt_token_ids":\[\d+,\d+\]\}\]/,
  );
  assert.doesNotMatch(first({}), /"text":""/);
  const stream_options = { include_usage: true, continuous_usage_stats: true };
  const counts = events('rust', { stream_options, max_tokens: 2 }).map(
    (event) => JSON.parse(event).usage.completion_tokens,
  );
  assert.deepEqual(counts, [1, 2, 2, 2]);
});
