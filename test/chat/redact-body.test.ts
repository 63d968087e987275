import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonPath } from '../../src/chat/json-path.ts';
import { createBodyRedaction } from '../../src/chat/redact-body.ts';
import { PRESETS } from '../../src/chat/redact-patterns.ts';
import { readHttpFixture } from '../helpers/http-fixture.ts';

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
    assert.equal(ofRequest(null), null);
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

test('a secret that the model said token by token is found, for each choice of its own', () => {
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

test('arguments of tools are texts that go on, too', () => {
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

test('what cannot be read is not kept where places were to be emptied, and searched where patterns were', () => {
  const cut = Buffer.from('{"messages":[{"content":"a@b.cd');
  assert.equal(createBodyRedaction({ paths: [path('messages')], patterns: [] }).request(cut), null);
  assert.equal(
    text(createBodyRedaction({ paths: [], patterns: emails }).request(cut)),
    '{"messages":[{"content":"******',
  );
  const stream = Buffer.from(`${event([])}data: {"choices":[{"delta":{"content":"sec`);
  const { answer } = createBodyRedaction({ paths: [path('choices[*].delta.content')], patterns: [] });
  assert.equal(text(answer(STREAM, stream)), `${event([])}data: *`);
  const spread = 'data: {"choices":[{"delta":\ndata: {"content":\ndata: "secret"}}]}\n\ndata: [DONE]\n\n';
  assert.equal(text(answer(STREAM, Buffer.from(spread))), 'data: *\ndata: *\ndata: *\n\ndata: [DONE]\n\n');
});

test('plain text is searched for patterns', () => {
  assert.equal(createBodyRedaction({ paths: [], patterns: emails }).text('of a@b.cd'), 'of ******');
});
