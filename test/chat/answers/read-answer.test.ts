import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAnswer } from '../../../src/chat/answers/read-answer.ts';
import type { AnswerFigures } from '../../../src/model/completion.ts';
import { rawAnswer, readHttpFixture } from '../../helpers/http-fixture.ts';

const CHAT = '/v1/chat/completions';

function read(name: string): AnswerFigures {
  return readAnswer(CHAT, rawAnswer(readHttpFixture(name)));
}

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
  assert.equal(read('vllm-0.32.0-rust/err-404').error, null, 'an empty body');
});

test("a gateway's error is found as JSON before the first event, on several lines, and in a list", () => {
  const of = (status: number, body: string) => {
    const { outcome, error } = readAnswer(
      CHAT,
      rawAnswer({ status, headers: [], chunks: [Buffer.from(body)] }),
    );
    return [outcome, error];
  };
  const stream = 'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n';
  const died = ['stream_error', 'died'];
  assert.deepEqual(of(200, '{"error":"died"}\ndata: [DONE]\n\n'), died);
  assert.deepEqual(of(200, `${stream}{\n  "error": {\n    "message": "died"\n  }\n}\n`), died);
  assert.deepEqual(of(200, `${stream}data: [{"error":{"message":"died"}}]\n\n`), died);
  assert.deepEqual(of(429, '[{"error":{"code":429,"message":"no quota"}}]\n'), ['http_error', 'no quota']);
});

test('a refusal in plain words has them, where they may be quoted; a page and bytes that are no text are no words', () => {
  const of = (body: string, quotesOdd = true) => {
    const chunks = [Buffer.from(body, 'latin1')];
    const { outcome, error } = readAnswer(CHAT, rawAnswer({ status: 503, headers: [], chunks }), {
      quotesOdd,
    });
    return [outcome, error];
  };
  assert.deepEqual(of('no healthy upstream\r\n'), ['http_error', 'no healthy upstream']);
  assert.deepEqual(of('\nInternal Server Error\n  at x'), ['http_error', 'Internal Server Error']);
  assert.deepEqual(of('x'.repeat(1_000)), ['http_error', 'x'.repeat(200)]);
  for (const body of ['<html>oh no</html>', '', ' \n', 'a\xff\xfe', 'a\0b', '[]', '7'])
    assert.equal(of(body)[0], 'http_error');
  for (const body of ['<html>oh no</html>', '', ' \n', 'a\xff\xfe', 'a\0b']) assert.equal(of(body)[1], null);
  assert.deepEqual(of('no healthy upstream', false), ['http_error', null]);
});

test('an answer that never came is what its transport says', () => {
  const figures = readAnswer(
    CHAT,
    rawAnswer(
      { status: 0, headers: [], chunks: [] },
      {
        status: null,
        body: null,
        transport: 'unreachable',
        error: { code: 'refused', detail: 'ECONNREFUSED' },
      },
    ),
  );
  assert.deepEqual(
    [figures.outcome, figures.errorCode, figures.error, figures.tokenSource],
    ['unreachable', 'refused', 'ECONNREFUSED', 'none'],
  );
});

test('a non-streaming answer that is not JSON is incomplete; on unknown routes and without a body nothing is required', () => {
  const html = { status: 200, headers: ['content-type', 'text/html'], chunks: [Buffer.from('<html>')] };
  assert.equal(readAnswer(CHAT, rawAnswer(html)).outcome, 'incomplete');
  assert.equal(readAnswer('/v1/models', rawAnswer(html)).outcome, 'ok');
  assert.equal(readAnswer(CHAT, rawAnswer(html, { body: null })).outcome, 'ok');
});

test('reads beyond the end of a body that was cut have their bytes, but no tokens', () => {
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
      [event.length, event.length, event.length],
      [1, 0, 0],
    ],
  );
  assert.deepEqual([completionTokens, outcome], [1, 'ok']);
});
