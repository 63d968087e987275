import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAnswer } from '../../../src/chat/answers/read-answer.ts';
import { APIS, apiOfPath } from '../../../src/chat/apis/table.ts';
import { prefixHashes } from '../../../src/chat/requests/prefix-hashes.ts';
import { readRequest } from '../../../src/chat/requests/read-request.ts';
import { rewriteBody } from '../../../src/chat/requests/rewrite-request.ts';
import type { AnswerFigures, RawAnswer } from '../../../src/model/completion.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { rawAnswer, readHttpFixture } from '../../helpers/http-fixture.ts';
import { SPOKEN, type SpokenApi } from './spoken.ts';

/** Runs a case for every API, but for those that say why they cannot. */
function forEveryApi(name: string, run: (api: SpokenApi) => void): void {
  test(`every API: ${name}`, () => {
    for (const api of SPOKEN) {
      if (!(name in api.gaps)) run(api);
    }
  });
}

/** Reads a stream whose i-th read came at `1000 * (i + 1)` microseconds. */
function stream(api: SpokenApi, reads: readonly string[], overrides: Partial<RawAnswer> = {}): AnswerFigures {
  const chunks = reads.map((text) => Buffer.from(text));
  const headers = ['content-type', 'text/event-stream'];
  return readAnswer(api.path, rawAnswer({ status: 200, headers, chunks }, overrides));
}

function plain(api: SpokenApi, document: object, status = 200): AnswerFigures {
  const chunks = [Buffer.from(JSON.stringify(document))];
  return readAnswer(api.path, rawAnswer({ status, headers: ['content-type', 'application/json'], chunks }));
}

/** The figures that every API has, and gets from the same answer. */
const WHOLE = {
  outcome: 'ok',
  errorCode: null,
  error: null,
  promptTokens: 7,
  completionTokens: 3,
  cachedTokens: 2,
  tokenSource: 'usage',
};

function assertWhole(api: SpokenApi, figures: AnswerFigures): void {
  const { outcome, errorCode, error, promptTokens, completionTokens, cachedTokens, tokenSource } = figures;
  assert.deepEqual(
    { outcome, errorCode, error, promptTokens, completionTokens, cachedTokens, tokenSource },
    WHOLE,
    api.name,
  );
  assert.equal(figures.finishReason, api.finishReason, api.name);
}

test('the table of cases has every API, and no gap for a case that is not there', () => {
  assert.deepEqual(SPOKEN.map(({ name }) => name).sort(), APIS.map(({ name }) => name).sort());
  for (const { name, path } of SPOKEN) assert.equal(apiOfPath(path)?.name, name);
});

forEveryApi('a whole stream', (api) => {
  const figures = stream(api, [
    api.begin,
    api.text('Hel'),
    api.text('l'),
    api.text('o'),
    api.finish + api.endMark,
  ]);
  assertWhole(api, figures);
  assert.deepEqual([figures.firstTokenUs, figures.lastTokenUs], [2000, 4000], api.name);
  assert.deepEqual(figures.chunks.tokens, [0, 1, 1, 1, 0], api.name);
  assert.deepEqual([figures.streamed, figures.oddEvents], [true, 0], api.name);
});

forEveryApi('a plain answer', (api) => {
  const figures = plain(api, api.plain('', 'Hello', ''));
  assertWhole(api, figures);
  assert.deepEqual([figures.firstTokenUs, figures.streamed], [null, false], api.name);
});

forEveryApi('reasoning', (api) => {
  assert.ok(api.reasoning !== null, api.name);
  const { firstTokenUs, firstVisibleUs } = stream(api, [
    api.begin,
    api.reasoning('hm'),
    api.text('o'),
    api.finish + api.endMark,
  ]);
  assert.deepEqual([firstTokenUs, firstVisibleUs], [2000, 3000], api.name);
});

forEveryApi('tool calls', (api) => {
  assert.ok(api.call !== null, api.name);
  const { firstVisibleUs, outcome } = stream(api, [
    api.begin,
    api.call(['{"q":', '"sky"}']),
    api.finish + api.endMark,
  ]);
  assert.deepEqual([firstVisibleUs, outcome], [2000, 'ok'], api.name);
});

forEveryApi('one hash for streams and documents', (api) => {
  const args = api.call === null ? '' : '{"q": "sky"}';
  const reasoning = api.reasoning === null ? '' : 'hm';
  const streamed = stream(api, [
    api.begin,
    ...(api.reasoning === null ? [] : [api.reasoning('h'), api.reasoning('m')]),
    api.text('Blue "'),
    api.text('sky"'),
    ...(api.call === null ? [] : [api.call([args.slice(0, 4), args.slice(4)])]),
    api.finish + api.endMark,
  ]);
  const same = plain(api, api.plain(reasoning, 'Blue "sky"', args));
  assert.match(streamed.answerHash ?? '', /^[0-9a-f]{16}$/, api.name);
  assert.equal(streamed.answerHash, same.answerHash, api.name);
});

forEveryApi('the hash tells answers apart', (api) => {
  const hashes = [
    plain(api, api.plain('', 'Hello', '')),
    plain(api, api.plain('', 'Hello!', '')),
    ...(api.reasoning === null ? [] : [plain(api, api.plain('Hello', '', ''))]),
    ...(api.call === null ? [] : [plain(api, api.plain('', 'Hello', '{"a":1}'))]),
  ].map(({ answerHash }) => answerHash);
  assert.equal(new Set(hashes).size, hashes.length, api.name);
});

forEveryApi('a clean end without the end mark', (api) => {
  assertWhole(api, stream(api, [api.begin, api.text('H'), api.text('i'), api.text('!'), api.finish]));
});

forEveryApi('a clean end without a finish reason is incomplete, its tokens counted', (api) => {
  const { outcome, errorCode, completionTokens, tokenSource, finishReason, answerHash } = stream(api, [
    api.begin,
    api.text('Hel'),
    api.text('lo'),
  ]);
  assert.deepEqual([outcome, finishReason, answerHash], ['incomplete', null, null], api.name);
  assert.equal(errorCode, 'no_finish_reason');
  assert.deepEqual([completionTokens, tokenSource], [2, 'chunks'], api.name);
});

forEveryApi('who broke the connection decides, unless the end mark had been seen', (api) => {
  for (const transport of ['client_aborted', 'upstream_aborted', 'timeout'] as const) {
    const cut = stream(api, [api.begin, api.text('Hel')], {
      transport,
      error: { code: 'closed', detail: 'x' },
    });
    assert.deepEqual([cut.outcome, cut.errorCode, cut.error], [transport, 'closed', 'x'], api.name);
  }
  const reads = [api.begin, api.text('H'), api.finish + api.endMark];
  assert.equal(stream(api, reads, { transport: 'client_aborted' }).outcome, 'ok', api.name);
});

forEveryApi('events that say nothing decide nothing', (api) => {
  const odd = 'data:\n\n: ping\n\nevent: ping\ndata: ping\n\n';
  const figures = stream(api, [
    odd + api.begin,
    api.text('Hel'),
    odd + api.text('l') + odd,
    api.text('o'),
    api.finish + odd + api.endMark,
  ]);
  assertWhole(api, figures);
  assert.equal(figures.oddEvents, 8, api.name);
  const broken = stream(api, [api.begin, 'data: upstream died\n\n']);
  assert.deepEqual([broken.outcome, broken.errorCode], ['incomplete', 'event_not_json']);
  assert.match(broken.error ?? '', /upstream died/, 'the first odd text is all there is to say');
});

forEveryApi('an error inside a stream, with or without an end mark behind it', (api) => {
  for (const rest of ['', api.endMark]) {
    const { outcome, error } = stream(api, [api.begin, api.text('Hel'), api.error('engine died') + rest]);
    assert.deepEqual([outcome, error], ['stream_error', 'engine died'], api.name);
  }
});

forEveryApi('a refusal in place of an answer', (api) => {
  const refusal = { error: { message: 'too long', type: 'BadRequestError', code: 400 } };
  for (const status of [400, 200]) {
    const { outcome, error } = plain(api, refusal, status);
    assert.deepEqual([outcome, error], ['http_error', 'too long'], api.name);
  }
});

forEveryApi('the limit of a request, and its length as recorded', (api) => {
  const document = { model: 'm', [api.limit]: 99 };
  const bytes = Buffer.from(JSON.stringify(document));
  assert.equal(readRequest(api.path, [], bytes).maxTokens, 99, api.name);
  const ended = { outcome: 'ok', completionTokens: 3, tokenSource: 'usage', finishReason: null } as const;
  const models = { renamed: new Map(), others: null };
  const options = { lengths: 'pinned', models, stream: 'keep', usage: 'keep', salt: false, set: [] } as const;
  const { bytes: sent } = rewriteBody({ path: api.path, bytes, document }, ended, options);
  const pinned = JSON.parse(Buffer.from(sent).toString()) as JsonObject;
  assert.equal(pinned[api.limit], 3, api.name);
});

forEveryApi('conversations', (api) => {
  assert.ok(api.turns !== null, api.name);
  const hashesOf = (words: readonly string[]) => prefixHashes(api.path, { ...api.turns?.(words) });
  const [first, second, third] = [hashesOf(['a']), hashesOf(['a', 'b']), hashesOf(['a', 'b', 'c'])];
  assert.deepEqual(third?.earlier, [first?.whole, second?.whole], api.name);
  assert.notEqual(hashesOf(['b'])?.whole, first?.whole, api.name);
});

test('real answers of every API, of both front ends', () => {
  const cases: readonly (readonly [string, string, number, string])[] = [
    ['vllm-0.32.0/stream', '/v1/chat/completions', 6, 'length'],
    ['vllm-0.32.0/nonstream', '/v1/chat/completions', 12, 'length'],
    ['vllm-0.32.0/stream_reasoning', '/v1/chat/completions', 12, 'length'],
    ['vllm-0.32.0/stream_tool_required', '/v1/chat/completions', 61, 'tool_calls'],
    ['vllm-0.32.0-rust/chat-stream-usage', '/v1/chat/completions', 16, 'length'],
    ['vllm-0.32.0-rust/chat-nonstream', '/v1/chat/completions', 16, 'length'],
    ['vllm-0.32.0/completions_stream', '/v1/completions', 4, 'length'],
    ['vllm-0.32.0/completions_plain', '/v1/completions', 4, 'length'],
    ['vllm-0.32.0/messages_stream', '/v1/messages', 4, 'max_tokens'],
    ['vllm-0.32.0/apis/messages_plain', '/v1/messages', 8, 'max_tokens'],
    ['vllm-0.32.0/apis/messages_reasoning', '/v1/messages', 12, 'max_tokens'],
    ['vllm-0.32.0/apis/messages_reasoning_stream', '/v1/messages', 12, 'max_tokens'],
    ['vllm-0.32.0/apis/messages_stop_stream', '/v1/messages', 1, 'stop_sequence'],
    ['vllm-0.32.0/apis/messages_tool', '/v1/messages', 94, 'tool_use'],
    ['vllm-0.32.0/apis/messages_tool_named_stream', '/v1/messages', 62, 'tool_use'],
    ['vllm-0.32.0/responses_stream', '/v1/responses', 4, 'max_output_tokens'],
    ['vllm-0.32.0/responses_stream_reasoning', '/v1/responses', 16, 'max_output_tokens'],
    ['vllm-0.32.0/responses_plain_reasoning', '/v1/responses', 16, 'max_output_tokens'],
    ['vllm-0.32.0/apis/responses_logprobs_stream', '/v1/responses', 2, 'max_output_tokens'],
    ['vllm-0.32.0/apis/responses_messages', '/v1/responses', 3, 'max_output_tokens'],
    ['vllm-0.32.0/apis/responses_schema', '/v1/responses', 52, 'completed'],
    ['vllm-0.32.0/apis/responses_tool', '/v1/responses', 112, 'completed'],
    ['vllm-0.32.0/apis/responses_tool_stream', '/v1/responses', 102, 'completed'],
  ];
  for (const [name, path, tokens, finish] of cases) {
    const figures = readAnswer(path, rawAnswer(readHttpFixture(name)));
    assert.deepEqual(
      [figures.outcome, figures.completionTokens, figures.tokenSource, figures.finishReason],
      ['ok', tokens, 'usage', finish],
      name,
    );
    if (figures.streamed) assert.ok(figures.firstTokenUs !== null && figures.lastTokenUs !== null, name);
    else assert.equal(figures.firstTokenUs, null, name);
    assert.match(figures.answerHash ?? '', /^[0-9a-f]{16}$/, name);
    if (figures.streamed)
      assert.equal(
        figures.firstVisibleUs === null,
        /_(?:stream_reasoning|reasoning_stream)$/.test(name),
        name,
      );
  }
});

test('the same answer of a real server has one hash, streamed and plain', () => {
  const [streamed, plain] = ['responses_stream_reasoning', 'responses_plain_reasoning'].map((name) =>
    readAnswer('/v1/responses', rawAnswer(readHttpFixture(`vllm-0.32.0/${name}`))),
  );
  assert.equal(streamed?.answerHash, plain?.answerHash);
});

test('real refusals of the newer APIs have the words of the server', () => {
  for (const [name, path, words] of [
    ['apis/responses_err_model', '/v1/responses', /`nope` does not exist/],
    ['apis/messages_err_model', '/v1/messages', /`nope` does not exist/],
    ['apis/messages_err_nomax', '/v1/messages', /max_tokens/],
    ['err_messages_engine_killed', '/v1/messages', /EngineCore encountered an issue/],
  ] as const) {
    const { outcome, error } = readAnswer(path, rawAnswer(readHttpFixture(`vllm-0.32.0/${name}`)));
    assert.equal(outcome, 'http_error');
    assert.match(error ?? '', words);
  }
});
