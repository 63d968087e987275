import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APIS } from '../../../src/chat/apis/table.ts';
import { createBodyDraft } from '../../../src/chat/requests/body-draft.ts';
import { pinLength, type RecordedLength, whyLengthIsFree } from '../../../src/chat/requests/pin-length.ts';
import { FREE_LENGTHS } from '../../../src/model/note.ts';

const WHOLE: RecordedLength = {
  outcome: 'ok',
  completionTokens: 7,
  tokenSource: 'usage',
  finishReason: 'stop',
};

test('lengths are pinned where nothing but the model ended the answer', () => {
  for (const body of [
    {},
    { n: 1, best_of: null, prompt: 'a', stop: null },
    { prompt: ['a'] },
    { prompt: [1, 2, 3] },
    { stop: [], stop_token_ids: [] },
    { tool_choice: 'auto', tools: [{}] },
    { tool_choice: 'none' },
    { tool_choice: { type: 'auto' } },
    { response_format: { type: 'text' }, text: { format: { type: 'text' } } },
    { guided_json: null, guided_decoding_backend: 'auto' },
  ]) {
    assert.equal(whyLengthIsFree(WHOLE, body), null, JSON.stringify(body));
  }
  const limited = { ...WHOLE, finishReason: 'length' };
  assert.equal(whyLengthIsFree(limited, { stop: ['\n'] }), null, 'the limit ended it, not the stop string');
  assert.equal(whyLengthIsFree({ ...WHOLE, tokenSource: 'continuous_usage' }, {}), null);
});

test('every reason to leave a length free has its cases', () => {
  const cases: readonly (readonly [(typeof FREE_LENGTHS)[number], Partial<RecordedLength>, object])[] = [
    ['responseIncomplete', { outcome: 'client_aborted' }, {}],
    ['responseIncomplete', { outcome: 'http_error' }, {}],
    ['tokensNotCounted', { tokenSource: 'chunks' }, {}],
    ['tokensNotCounted', { tokenSource: 'none', completionTokens: null }, {}],
    ['noToken', { completionTokens: 0 }, {}],
    ['severalAnswers', {}, { n: 2 }],
    ['severalAnswers', {}, { best_of: 3 }],
    ['severalAnswers', {}, { use_beam_search: true }],
    ['severalAnswers', {}, { prompt: ['a', 'b'] }],
    ['severalAnswers', {}, { prompt: [[1], [2]] }],
    ['structuredOutput', {}, { response_format: { type: 'json_object' } }],
    ['structuredOutput', {}, { response_format: { type: 'json_schema', json_schema: {} } }],
    ['structuredOutput', {}, { structured_outputs: { regex: 'a' } }],
    ['structuredOutput', {}, { guided_choice: ['a'] }],
    ['structuredOutput', {}, { text: { format: { type: 'json_schema' } } }],
    ['forcedTool', {}, { tool_choice: 'required' }],
    ['forcedTool', {}, { tool_choice: { type: 'function', function: { name: 'f' } } }],
    ['forcedTool', {}, { tool_choice: { type: 'any' } }],
    ['stopString', {}, { stop: '\n' }],
    ['stopString', {}, { stop: ['\n'] }],
    ['stopString', {}, { stop_token_ids: [2] }],
    ['stopString', { finishReason: 'tool_calls' }, { stop: ['a'] }],
    ['stopString', { finishReason: 'end_turn' }, { stop_sequences: ['a'] }],
  ];
  for (const [why, recorded, body] of cases) {
    assert.equal(whyLengthIsFree({ ...WHOLE, ...recorded }, { ...body }), why, JSON.stringify(body));
  }
  assert.deepEqual([...new Set(cases.map(([why]) => why))], FREE_LENGTHS);
});

function apiCalled(name: string) {
  const api = APIS.find((one) => one.name === name);
  assert.ok(api !== undefined, name);
  return api;
}

test('the field that the request has, or its API knows, becomes the recorded length', () => {
  const cases: readonly (readonly [string, object, object])[] = [
    ['chat', {}, { max_tokens: 7, ignore_eos: true }],
    ['chat', { max_tokens: 99 }, { max_tokens: 7, ignore_eos: true }],
    ['chat', { max_completion_tokens: 99 }, { max_completion_tokens: 7, ignore_eos: true }],
    [
      'chat',
      { max_completion_tokens: null, max_tokens: 9 },
      { max_completion_tokens: null, max_tokens: 7, ignore_eos: true },
    ],
    ['completions', { max_tokens: 16 }, { max_tokens: 7, ignore_eos: true }],
    ['responses', { max_output_tokens: 16 }, { max_output_tokens: 7, ignore_eos: true }],
    ['messages', { max_tokens: 1024 }, { max_tokens: 7 }],
    ['chat', { max_tokens: 9, min_tokens: 8 }, { max_tokens: 7, min_tokens: 7, ignore_eos: true }],
    ['chat', { max_tokens: 9, min_tokens: 5 }, { max_tokens: 7, min_tokens: 5, ignore_eos: true }],
  ];
  for (const [api, before, after] of cases) {
    const draft = createBodyDraft(Buffer.from(JSON.stringify(before)), { ...before });
    pinLength(draft, apiCalled(api), 7);
    const { bytes } = draft.finish();
    assert.deepEqual(JSON.parse(Buffer.from(bytes).toString()), after, `${api} ${JSON.stringify(before)}`);
  }
});

test('what already asks for it stays as it is', () => {
  const body = { max_tokens: 7, ignore_eos: true };
  const draft = createBodyDraft(Buffer.from(JSON.stringify(body)), body);
  pinLength(draft, apiCalled('chat'), 7);
  assert.deepEqual(draft.finish().changes, []);
});
