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
  const request = accepted({ max_tokens: 3 }, 'v0.8.5', 'completions');
  const pieces = wholePieces(request);
  assert.equal(
    FORMATS.completions.body(answerFacts(request, { dialect: 'v0.8.5' }), pieces),
    '{"id":"cmpl-1","object":"text_completion","created":1745900000,"model":"m","choices":[{"index":0,' +
      `"text":${JSON.stringify(pieces[0]?.content)},"logprobs":null,"finish_reason":"length","stop_reason":null,` +
      '"prompt_logprobs":null}],"usage":{"prompt_tokens":2,"total_tokens":5,"completion_tokens":3,' +
      '"prompt_tokens_details":null}}',
  );
});

test('0.8.5: a stream has no role and a null usage', () => {
  const [first = '', last = ''] = events('v0.8.5', { max_tokens: 2 });
  assert.match(
    first,
    /"choices":\[\{"index":0,"text":".+?","logprobs":null,"finish_reason":null,"stop_reason":null\}\],"usage":null\}$/,
  );
  assert.match(last, /"finish_reason":"length"/);
});

test('ids of the prompt and of the tokens, when those are asked for', () => {
  const body = { prompt: ['a', 'b'], return_token_ids: true, max_tokens: 2 };
  const ids = plainAnswer(body, 'v0.32', 'completions').choices.map(
    (choice: { prompt_token_ids: number[]; token_ids: number[] }) => [
      choice.prompt_token_ids.length,
      choice.token_ids.length,
    ],
  );
  assert.deepEqual(ids, [
    [1, 2],
    [1, 2],
  ]);
  const streamed = events('v0.32', body).map((event) => JSON.parse(event).choices[0].prompt_token_ids);
  assert.deepEqual(
    streamed.map((list) => list?.length),
    [1, undefined, 1, undefined],
  );
});

test('Rust: a stream opens only to report ids, and ends with a separate chunk', () => {
  const first = (body: object): string =>
    (events('rust', { max_tokens: 1, ...body })[0] ?? '').replace(/^.*?"choices":/, '');
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
