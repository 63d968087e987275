import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBodyRedaction, parseJsonPath } from '../../../src/chat/redaction/redact-body.ts';
import { PRESETS } from '../../../src/chat/redaction/redact-patterns.ts';
import { readHttpFixture } from '../../helpers/http-fixture.ts';

const path = (word: string) => parseJsonPath(word) ?? [];
const emails = PRESETS.filter(({ name }) => name === 'email');
const STREAM = ['content-type', 'text/event-stream'];

function event(choices: unknown): string {
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', choices })}\n\n`;
}

function text(body: Uint8Array | null): string {
  return Buffer.from(body ?? []).toString();
}

test('without rules, or without a secret, a body stays byte for byte', () => {
  const none = createBodyRedaction({ paths: [], patterns: [] });
  const some = createBodyRedaction({ paths: [path('nothing.here')], patterns: PRESETS });
  const request = Buffer.from('{ "seed": 12345678901234567890,  "a": "ü" }');
  const stream = Buffer.concat(readHttpFixture('vllm-0.32.0/stream').chunks);
  for (const { request: ofRequest, answer } of [none, some]) {
    assert.equal(ofRequest(request), request);
    assert.equal(answer(STREAM, stream), stream);
  }
});

test('a place loses its text but keeps its length; numbers elsewhere keep every digit', () => {
  const { request } = createBodyRedaction({
    paths: [path('messages[*].content'), path('user')],
    patterns: [],
  });
  const body =
    '{"seed":12345678901234567890,"messages":[{"role":"user","content":"héllo"},{"role":"user","content":[{"type":"text","text":"x"}]}],"user":7}';
  assert.equal(
    text(request(Buffer.from(body))),
    '{"seed":12345678901234567890,"messages":[{"role":"user","content":"*****"},{"role":"user","content":[{"type":"****","text":"*"}]}],"user":0}',
  );
});

test('a pattern is found in every text, escaped or not', () => {
  const { request } = createBodyRedaction({ paths: [], patterns: emails });
  const body = String.raw`{"messages":[{"role":"user","content":"I am a\u0040b.de"}],"x":{"y":["c@d.ef"]}}`;
  assert.deepEqual(JSON.parse(text(request(Buffer.from(body)))), {
    messages: [{ role: 'user', content: 'I am ******' }],
    x: { y: ['******'] },
  });
});

test('a secret split across stream events is found, in each choice separately', () => {
  const { answer } = createBodyRedaction({ paths: [], patterns: emails });
  const say = (index: number, content: string) => event([{ index, delta: { content } }]);
  const stream = [
    say(0, 'mail '),
    say(1, 'no'),
    say(0, 'ann'),
    say(0, '@exa'),
    say(1, ' mail'),
    say(0, 'mple.com'),
    say(0, ' now'),
  ];
  const redacted = text(answer(STREAM, Buffer.from(`${stream.join('')}data: [DONE]\n\n`)));
  const said = (index: number): string =>
    redacted
      .split('\n\n')
      .filter((line) => line.includes('{'))
      .map((line) => JSON.parse(line.slice(6)).choices[0])
      .filter((choice) => choice.index === index)
      .map((choice) => choice.delta.content)
      .join('');
  assert.deepEqual([said(0), said(1)], ['mail *************** now', 'no mail']);
  assert.match(redacted, /data: \[DONE\]\n\n$/);
  assert.ok(redacted.startsWith(stream[0] ?? ''), 'events without a secret stay as they were');
});

test('arguments of tools continue across events, too', () => {
  const { answer } = createBodyRedaction({ paths: [], patterns: emails });
  const call = (text: string) =>
    event([{ index: 0, delta: { tool_calls: [{ index: 1, function: { arguments: text } }] } }]);
  const redacted = text(answer(STREAM, Buffer.from([call('{"to":"a@'), call('b.cd"}')].join(''))));
  assert.equal(redacted.includes('a@'), false);
  assert.equal(redacted.includes('b.cd'), false);
});

test('paths lead into the events of a stream', () => {
  const { answer } = createBodyRedaction({ paths: [path('choices[*].delta.content')], patterns: [] });
  const redacted = text(answer(STREAM, Buffer.from(event([{ index: 0, delta: { content: 'abc' } }]))));
  assert.equal(redacted, event([{ index: 0, delta: { content: '***' } }]));
});

test('what cannot be read is not kept', () => {
  const cut = Buffer.from('{"messages":[{"content":"a@b.cd');
  assert.equal(createBodyRedaction({ paths: [path('messages')], patterns: [] }).request(cut), null);
  assert.equal(
    createBodyRedaction({ paths: [], patterns: emails }).request(cut),
    null,
    'escapes may hide it',
  );
  const stream = Buffer.from(`${event([])}data: {"choices":[{"delta":{"content":"sec`);
  const { answer } = createBodyRedaction({ paths: [path('choices[*].delta.content')], patterns: [] });
  assert.equal(text(answer(STREAM, stream)), `${event([])}data: *`);
  const spread = 'data: {"choices":[{"delta":\ndata: {"content":\ndata: "secret"}}]}\n\ndata: [DONE]\n\n';
  assert.equal(text(answer(STREAM, Buffer.from(spread))), 'data: *\ndata: *\ndata: *\n\ndata: [DONE]\n\n');
});

test('bytes that are no text, and broken JSON in a stream, are not kept under a pattern either', () => {
  const { request, answer } = createBodyRedaction({ paths: [], patterns: emails });
  assert.equal(request(Uint8Array.of(0x1f, 0x8b, 8, 0, 0)), null);
  assert.equal(request(Buffer.from('{"a":"x\\u0040y.de"')), null);
  assert.equal(request(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), null);
  const stream = 'data: {"a":"x\\u0040y.de"\n\ndata: ping x@y.de\n\n{"a":\n: x@y.de\n\n';
  assert.equal(text(answer(STREAM, Buffer.from(stream))), 'data: *\n\ndata: ping ******\n\n*\n: ******\n\n');
});

test('what a body is decides, not its content type', () => {
  const { answer } = createBodyRedaction({ paths: [], patterns: emails });
  const say = (content: string) => event([{ index: 0, delta: { content } }]);
  const stream = Buffer.from(`\uFEFF${say('a@b')}${say('.cd')}`);
  for (const type of ['application/json', 'text/plain', 'text/event-stream']) {
    const redacted = text(answer(['content-type', type], stream));
    assert.equal(redacted, `${say('***')}${say('***')}`, type);
  }
  assert.equal(text(answer(STREAM, Buffer.from('{"a":"a@b.cd"}'))), '{"a":"******"}');
});

test('every line end, lists, names of members, and every encoding of JSON', () => {
  const { request, answer } = createBodyRedaction({ paths: [], patterns: emails });
  for (const end of ['\n', '\r\n', '\r']) {
    const stream = ['data: {"a":"a@b.cd"}', '', 'error: {"message":"a@b.cd"}', ''].join(end);
    assert.equal(
      text(answer(STREAM, Buffer.from(stream))),
      ['data: {"a":"******"}', '', 'error: {"message":"******"}', ''].join(end),
    );
  }
  assert.equal(text(request(Buffer.from('["a@b.cd",1]'))), '["******",1]');
  assert.equal(text(request(Buffer.from('"a@b.cd"'))), '"******"');
  assert.equal(
    text(request(Buffer.from('{"x":1,"a@b.cd":{"y":"a@b.cd"}}'))),
    '{"x":1,"******":{"y":"******"}}',
  );
  assert.equal(text(request(Buffer.from('{"a":"a@b.cd"}', 'utf16le'))), '{"a":"******"}');
  assert.equal(text(request(Buffer.from('{"a":"a@b.cd"}', 'utf16le').swap16())), '{"a":"******"}');
});

test('texts of the other APIs continue too, each with its own item or block', () => {
  const { answer } = createBodyRedaction({ paths: [], patterns: emails });
  const events = (documents: readonly object[]) =>
    documents.map((document) => `data: ${JSON.stringify(document)}\n\n`).join('');
  const redacted = text(
    answer(
      STREAM,
      Buffer.from(
        events([
          { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'to a@' } },
          { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'of ' } },
          { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'b.cd' } },
          { type: 'response.output_text.delta', output_index: 0, delta: 'to e@' },
          { type: 'response.output_text.delta', output_index: 1, delta: 'x' },
          { type: 'response.output_text.delta', output_index: 0, delta: 'f.gh' },
        ]),
      ),
    ),
  );
  assert.deepEqual(
    redacted
      .split('\n\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line.slice(6)).delta)
      .map((delta) => delta.text ?? delta),
    ['to **', 'of ', '****', 'to **', 'x', '****'],
  );
});

test('tokens of logprobs continue across events, and their bytes with them', () => {
  const { answer } = createBodyRedaction({ paths: [], patterns: emails });
  const token = (text: string) => ({
    token: text,
    bytes: [...Buffer.from(text)],
    top_logprobs: [{ token: text }],
  });
  const logprobs = (...texts: string[]) =>
    event([{ index: 0, delta: {}, logprobs: { content: texts.map(token) } }]);
  const redacted = text(
    answer(STREAM, Buffer.from(logprobs('a', '@') + logprobs('b.c', 'd') + logprobs('!'))),
  );
  const tokens = [...redacted.matchAll(/"token":"(.*?)"/g)].map(([, token]) => token);
  assert.deepEqual(tokens, ['*', '*', '*', '*', '***', '***', '*', '*', '!', '!']);
  assert.equal(redacted.match(/"bytes":null/g)?.length, 4);
  assert.ok(redacted.endsWith(logprobs('!')));
});

test('plain text is searched for patterns', () => {
  assert.equal(createBodyRedaction({ paths: [], patterns: emails }).text('of a@b.cd'), 'of ******');
});

test('a member whose name is there twice hides nothing', () => {
  const { request, answer } = createBodyRedaction({ paths: [], patterns: emails });
  const twice = '{"a":"x@y.de","a":"z"}';
  assert.equal(text(request(Buffer.from(twice))), '{"a":"z"}');
  assert.equal(text(answer(STREAM, Buffer.from(`data: ${twice}\n\n`))), 'data: {"a":"z"}\n\n');
});
