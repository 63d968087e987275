import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerId, errorBody, modelsBody, plainBody, streamTexts } from '../../src/simulate/dialect.ts';
import { type GenerationRequest, readGenerationRequest } from '../../src/simulate/generation-request.ts';
import { A40, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';

function head(overrides: object = {}, api: 'chat' | 'completions' = 'chat') {
  const text = JSON.stringify({ ...REFERENCE_REQUEST, prompt: 'x', ...overrides });
  const request = readGenerationRequest(api, text, A40, 'deepseek-14b', 1) as GenerationRequest;
  return { id: answerId(api, '0'.repeat(32)), created: 1_745_900_000, request };
}

test('an empty plain answer has the 412 bytes that the benchmark page implies', () => {
  const body = plainBody(head(), '');
  assert.equal(Buffer.byteLength(body), 412);
  const document = JSON.parse(body);
  assert.equal(document.choices[0].finish_reason, 'length');
  assert.deepEqual(document.usage, {
    prompt_tokens: 13,
    total_tokens: 63,
    completion_tokens: 50,
    prompt_tokens_details: null,
  });
});

test('a chat stream: role, tokens, the finish on the last token, usage only when asked, end mark', () => {
  const plain = streamTexts(head({ stream: true }));
  assert.match(
    plain.role ?? '',
    /"delta":\{"role":"assistant","content":""\},"logprobs":null,"finish_reason":null\}\]\}\n\n$/,
  );
  assert.match(
    plain.token('你"', 1, false),
    /^data: \{"id":"chatcmpl-0+","object":"chat.completion.chunk".*"delta":\{"content":"你\\""\}/,
  );
  assert.match(plain.token('x', 50, true), /"finish_reason":"length","stop_reason":null\}\]\}\n\n$/);
  assert.equal(plain.end, 'data: [DONE]\n\n');

  const counted = streamTexts(
    head({ stream: true, stream_options: { include_usage: true, continuous_usage_stats: true } }),
  );
  assert.match(
    counted.token('x', 7, false),
    /"usage":\{"prompt_tokens":13,"total_tokens":20,"completion_tokens":7\}\}\n\n$/,
  );
  assert.match(
    counted.end,
    /"choices":\[\],"usage":\{"prompt_tokens":13,"total_tokens":63,"completion_tokens":50\}\}\n\ndata: \[DONE\]/,
  );
});

test('plain completions have texts and no role', () => {
  const texts = streamTexts(head({ stream: true }, 'completions'));
  assert.equal(texts.role, null);
  assert.match(texts.token('x', 1, false), /"object":"text_completion".*\{"index":0,"text":"x"/);
  assert.match(plainBody(head({}, 'completions'), 'y'), /"object":"text_completion".*"text":"y"/);
});

test('errors are flat, models carry their length', () => {
  const error = { status: 404, type: 'NotFoundError', message: 'm' };
  assert.equal(
    errorBody(error),
    '{"object":"error","message":"m","type":"NotFoundError","param":null,"code":404}',
  );
  assert.equal(JSON.parse(modelsBody('m', 32768, 1)).data[0].max_model_len, 32768);
});
