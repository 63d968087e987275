import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, refused } from '../../helpers/simulated-answer.ts';

test('each check has its reason', () => {
  const cases: readonly (readonly [object, object])[] = [
    [{ stream_options: { include_usage: true } }, { kind: 'stream options without stream', api: 'chat' }],
    [{ messages: [] }, { kind: 'empty messages' }],
    [{ cache_salt: '' }, { kind: 'empty cache salt' }],
    [{ max_tokens: 0 }, { kind: 'out of range', field: 'max_tokens', value: 0 }],
    [{ temperature: 2.5 }, { kind: 'out of range', field: 'temperature', value: 2.5 }],
    [{ top_p: 0 }, { kind: 'out of range', field: 'top_p', value: 0 }],
    [
      { min_tokens: 5, max_tokens: 2 },
      { kind: 'min over max tokens', min: 5, max: 2 },
    ],
    [{ repetition_penalty: 0 }, { kind: 'out of range', field: 'repetition_penalty', value: 0 }],
    [{ continue_final_message: true, add_generation_prompt: true }, { kind: 'continued and opened' }],
    [{ allowed_token_ids: [] }, { kind: 'no allowed tokens' }],
    [{ logit_bias: { 5: 1, x: 1, '-1': 1 } }, { kind: 'bias of no tokens', keys: ['x', '-1'] }],
    [{ top_logprobs: 2 }, { kind: 'top logprobs without logprobs' }],
    [
      { logprobs: true, top_logprobs: 21 },
      { kind: 'too many logprobs', value: 21 },
    ],
    [{ stream: true, prompt_logprobs: 1 }, { kind: 'prompt logprobs of a stream' }],
    [{ stop: ['a', ''] }, { kind: 'empty stop string' }],
    [
      { n: 2, temperature: 0 },
      { kind: 'greedy choices', n: 2 },
    ],
  ];
  for (const [body, problem] of cases) assert.deepEqual(refused(body), problem);
  assert.equal(refused({ response_format: { type: 'xml' } }).kind, 'unknown variant');
  assert.equal(refused({ response_format: { type: 'json_schema' } }).kind, 'no json schema');
  assert.equal(refused({ reasoning_effort: 'huge' }).kind, 'unknown variant');
  for (const [kind, body] of [
    ['suffix', { suffix: 'x' }],
    ['out of range', { logprobs: -2 }],
  ] as const) {
    assert.equal(refused({ prompt: 'a', ...body }, 'v0.32', 'completions').kind, kind);
  }
  assert.equal(refused({ prompt: ['a', ''] }, 'v0.32', 'completions').kind, 'empty prompt');
});

test('dialects differ', () => {
  assert.equal(refused({ n: 2 }, 'rust').kind, 'more than one choice');
  assert.equal(accepted({ n: 2 }).n, 2);
  assert.equal(accepted({ temperature: 2.5 }, 'v0.8.5').maxTokens, null);
  assert.equal(accepted({ reasoning_effort: 'huge' }, 'v0.8.5').thinking, true);
  assert.equal(accepted({ cache_salt: '' }, 'v0.8.5').cacheSalt, '');
});

test('a limit of 0 with an echo asks for the prompt’s own figures', () => {
  assert.equal(accepted({ echo: true, max_tokens: 0 }, 'v0.32', 'completions').echoOnly, true);
  assert.equal(refused({ max_tokens: 0 }, 'v0.32', 'completions').kind, 'out of range');
});
