import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAnswer } from '../../src/chat/read-answer.ts';
import type { AnswerFigures, RawAnswer } from '../../src/model/completion.ts';
import { rawAnswer, readHttpFixture } from '../helpers/http-fixture.ts';

const CHAT = '/v1/chat/completions';

function read(name: string, overrides: Partial<RawAnswer> = {}, path = CHAT): AnswerFigures {
  return readAnswer(path, rawAnswer(readHttpFixture(name), overrides));
}

test('real answers that succeeded, of both front ends and all APIs', () => {
  const cases: [string, string, number | null, string][] = [
    ['vllm-0.32.0/stream', CHAT, 6, 'length'],
    ['vllm-0.32.0/nonstream', CHAT, 12, 'length'],
    ['vllm-0.32.0/stream_reasoning', CHAT, 12, 'length'],
    ['vllm-0.32.0/stream_tool_required', CHAT, 61, 'tool_calls'],
    ['vllm-0.32.0/completions_stream', '/v1/completions', 4, 'length'],
    ['vllm-0.32.0/messages_stream', '/v1/messages', 4, 'max_tokens'],
    ['vllm-0.32.0/responses_stream', '/v1/responses', 4, 'max_output_tokens'],
    ['vllm-0.32.0-rust/chat-stream-usage', CHAT, 16, 'length'],
    ['vllm-0.32.0-rust/chat-nonstream', CHAT, 16, 'length'],
  ];
  for (const [name, path, tokens, finish] of cases) {
    const figures = read(name, {}, path);
    assert.deepEqual(
      [figures.outcome, figures.completionTokens, figures.tokenSource, figures.finishReason],
      ['ok', tokens, 'usage', finish],
      name,
    );
    if (figures.streamed) assert.ok(figures.firstTokenUs !== null && figures.lastTokenUs !== null, name);
    else assert.equal(figures.firstTokenUs, null, name);
  }
});

test('an engine that dies in mid-stream is a stream error although [DONE] follows', () => {
  const figures = read('vllm-0.32.0/stream_engine_killed');
  assert.equal(figures.outcome, 'stream_error');
  assert.match(figures.error ?? '', /EngineCore encountered an issue/);
});

test('real refusals are http errors with the server own words', () => {
  for (const name of [
    'err_bad_field',
    'err_bad_json',
    'err_stream_opts',
    'err_too_long',
    'err_unknown_model',
  ]) {
    const figures = read(`vllm-0.32.0/${name}`);
    assert.equal(figures.outcome, 'http_error', name);
    assert.ok((figures.error ?? '').length > 10, name);
  }
  assert.equal(read('vllm-0.32.0-rust/err-404').error, 'HTTP 404', 'an empty body');
});

test('a stream without its end mark is incomplete, not a success', () => {
  const fixture = readHttpFixture('vllm-0.32.0/stream');
  const cut = { ...fixture, chunks: fixture.chunks.slice(0, -1) };
  assert.deepEqual(
    [readAnswer(CHAT, rawAnswer(cut)).outcome, readAnswer(CHAT, rawAnswer(cut)).error],
    ['incomplete', 'the stream ended without its end mark'],
  );
});

test('who broke the connection decides, unless the end mark had been seen', () => {
  const fixture = readHttpFixture('vllm-0.32.0/stream');
  const cut = { ...fixture, chunks: fixture.chunks.slice(0, 3) };
  for (const transport of ['client_aborted', 'upstream_aborted', 'timeout'] as const) {
    assert.equal(readAnswer(CHAT, rawAnswer(cut, { transport, error: 'x' })).outcome, transport);
  }
  assert.equal(read('vllm-0.32.0/stream', { transport: 'client_aborted' }).outcome, 'ok');
});

test('an answer that never came is what its transport says', () => {
  const figures = readAnswer(
    CHAT,
    rawAnswer(
      { status: 0, headers: [], chunks: [] },
      { status: null, body: null, transport: 'unreachable', error: 'ECONNREFUSED' },
    ),
  );
  assert.deepEqual(
    [figures.outcome, figures.error, figures.tokenSource],
    ['unreachable', 'ECONNREFUSED', 'none'],
  );
});

test('a plain answer that is no JSON is incomplete; on unknown routes and without a body nothing is demanded', () => {
  const html = { status: 200, headers: ['content-type', 'text/html'], chunks: [Buffer.from('<html>')] };
  assert.equal(readAnswer(CHAT, rawAnswer(html)).outcome, 'incomplete');
  assert.equal(readAnswer('/v1/models', rawAnswer(html)).outcome, 'ok');
  assert.equal(readAnswer(CHAT, rawAnswer(html, { body: null })).outcome, 'ok');
});

test('reads beyond the end of a body that was cut count no bytes and no tokens', () => {
  const event = 'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}\n\n';
  const chunksOfBody = [event, event, event].map((text) => Buffer.from(text));
  const raw = rawAnswer({
    status: 200,
    headers: ['content-type', 'text/event-stream'],
    chunks: chunksOfBody,
  });
  const body = raw.body?.slice(0, event.length + 10) ?? null;
  const { chunks, completionTokens, outcome } = readAnswer(CHAT, { ...raw, body, truncated: true });
  assert.deepEqual(
    [chunks.bytes, chunks.tokens],
    [
      [event.length, 10, 0],
      [1, 0, 0],
    ],
  );
  assert.deepEqual([completionTokens, outcome], [1, 'ok']);
});
