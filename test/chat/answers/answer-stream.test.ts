import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AnswerStream, type StreamState } from '../../../src/chat/answers/answer-stream.ts';
import { createAnswerText } from '../../../src/chat/answers/answer-text.ts';
import { CHAT } from '../../../src/chat/apis/chat.ts';
import { CHUNK } from '../../../src/model/chunk-times.ts';
import { readHttpFixture } from '../../helpers/http-fixture.ts';

function feed(chunks: readonly Uint8Array[]): StreamState {
  const stream = new AnswerStream(CHAT);
  chunks.forEach((chunk, i) => {
    stream.push(chunk, (i + 1) * 1000);
  });
  return stream.state();
}

test('a real stream with continuous usage: tokens of each read, first and last token, not the role', () => {
  const state = feed(readHttpFixture('vllm-0.32.0/stream').chunks);
  assert.deepEqual(state.chunks.tokens, [0, 1, 1, 1, 1, 1, 1, 0, 0]);
  // The role alone and six pieces; neither the closing usage nor the end mark is a piece of the answer.
  assert.deepEqual(state.chunks.events, [1, 1, 1, 1, 1, 1, 1, 0, 0]);
  assert.equal(state.firstTokenUs, 2000);
  assert.equal(state.lastTokenUs, 6000);
  assert.deepEqual(
    [state.promptTokens, state.completionTokens, state.tokenSource, state.finishReason, state.done],
    [7, 6, 'usage', 'length', true],
  );
});

test('a stream cut in the middle still knows its tokens from continuous usage', () => {
  const state = feed(readHttpFixture('vllm-0.32.0/stream').chunks.slice(0, 4));
  assert.deepEqual([state.completionTokens, state.tokenSource, state.done], [3, 'continuous_usage', false]);
});

test('without usage, events with text are counted and the source says so', () => {
  const chunks = readHttpFixture('vllm-0.32.0/stream_plain_server').chunks;
  const state = feed(chunks);
  const withUsage = chunks.some((chunk) => Buffer.from(chunk).includes('"usage":{'));
  assert.equal(state.tokenSource, withUsage ? 'usage' : 'chunks');
  assert.ok((state.completionTokens ?? 0) > 0);
});

test('n=2: the tokens of both choices are counted, one usage for all', () => {
  const state = feed(readHttpFixture('vllm-0.32.0/stream_n2').chunks);
  const counted = state.chunks.tokens.reduce((sum, n) => sum + n, 0);
  assert.ok(state.completionTokens !== null && counted <= state.completionTokens && counted > 0);
});

const event = (choice: object, rest: object = {}): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }], ...rest })}\n\n`;
const says = (content: string, rest: object = {}): string => event({ delta: { content } }, rest);
const FINISH = event({ delta: {}, finish_reason: 'stop' });

/** Each text is one read. */
function told(...texts: readonly string[]): StreamState {
  return feed(texts.map((text) => Buffer.from(text)));
}

test('usage is believed where it can be true, else the events count', () => {
  const usage = (completion: unknown, prompt: unknown = 5) => ({
    usage: { prompt_tokens: prompt, completion_tokens: completion },
  });
  const closing = (completion: unknown): string =>
    `data: ${JSON.stringify({ choices: [], ...usage(completion) })}\n\n`;
  const cases: readonly (readonly [string, readonly string[], number, string])[] = [
    ['at the end', [says('a'), says('b'), FINISH, closing(9)], 9, 'usage'],
    ['zero at the end', [says('a'), says('b'), FINISH, closing(0)], 2, 'chunks'],
    ['a fraction', [says('a'), says('b'), FINISH, closing(2.5)], 2, 'chunks'],
    ['on the first chunk only', [event({ delta: { role: 'a' } }, usage(0)), says('a'), FINISH], 1, 'chunks'],
    [
      'of one token on the first chunk',
      [event({ delta: { role: 'a' } }, usage(1)), says('a'), FINISH],
      1,
      'chunks',
    ],
    ['in the middle only', [says('a', usage(1)), says('b'), says('c'), FINISH], 3, 'chunks'],
    ['always zero', [says('a', usage(0)), says('b', usage(0)), FINISH], 2, 'chunks'],
    [
      'with the last text',
      [says('a'), event({ delta: { content: 'b' }, finish_reason: 'stop' }, usage(2))],
      2,
      'usage',
    ],
    ['with every chunk', [says('a', usage(1)), says('bc', usage(3)), FINISH, closing(3)], 3, 'usage'],
    ['with every chunk, cut', [says('a', usage(1)), says('bc', usage(3))], 3, 'continuous_usage'],
    ['after the end mark', [says('a'), FINISH, 'data: [DONE]\n\n', closing(4)], 4, 'usage'],
  ];
  for (const [name, texts, tokens, source] of cases) {
    const state = told(...texts);
    assert.deepEqual([state.completionTokens, state.tokenSource], [tokens, source], name);
    if (source !== 'usage')
      assert.equal(
        state.chunks.tokens.reduce((sum, n) => sum + n, 0),
        tokens,
        name,
      );
  }
  const last = told(says('a'), event({ delta: { content: 'b' }, finish_reason: 'stop' }, usage(2)));
  assert.deepEqual(last.chunks.tokens, [1, 1], 'the last read is not given all of them once more');
  assert.equal(
    told(event({ delta: {} }, usage(0)), says('a')).promptTokens,
    5,
    'the prompt is known all the same',
  );
});

test('events that say nothing decide nothing and are counted', () => {
  const state = told(
    'data:\n\n',
    says('a'),
    'event: ping\ndata: ping\n\n',
    'data: {"cho\n\n',
    FINISH,
    'data: [DONE]\n\n',
  );
  assert.deepEqual([state.oddEvents, state.oddText], [3, 'ping']);
  assert.deepEqual([state.finished, state.done, state.error], [true, true, null]);
});

test('the end mark has blanks around it, or no line end, or nothing but a carriage return', () => {
  for (const end of ['data:  [DONE] \n\n', 'data: [DONE]', 'data:[DONE]\n', 'data: [DONE]\r\r']) {
    const stream = new AnswerStream(CHAT);
    stream.push(Buffer.from(says('a') + FINISH + end), 7);
    stream.finish(false);
    const { done, oddEvents, chunks } = stream.state();
    assert.deepEqual([done, oddEvents], [true, 0], JSON.stringify(end));
    assert.equal((chunks.kinds[0] ?? 0) & CHUNK.done, CHUNK.done, 'the mark belongs to the last read');
  }
});

test('the rest of an aborted stream is not an odd event, that of a complete one is', () => {
  for (const cut of [true, false]) {
    const stream = new AnswerStream(CHAT);
    stream.push(Buffer.from(`${says('a')}data: {"choi`), 7);
    stream.finish(cut);
    assert.equal(stream.state().oddEvents, cut ? 0 : 1);
  }
});

test('a stream is finished when every choice of it is', () => {
  const other = event({ index: 1, delta: { content: 'b' } });
  assert.equal(told(says('a'), other, FINISH).finished, false);
  assert.equal(told(says('a'), other, FINISH, event({ index: 1, finish_reason: 'stop' })).finished, true);
  assert.equal(told(FINISH, says('a')).finished, true, 'a choice that goes on after its end has ended');
  assert.equal(told(event({ delta: { content: 'a' }, finish_reason: '' })).finished, false);
});

test('errors in every shape, also outside of the standard, have their words', () => {
  const cases = [
    'data: {"error":{"message":"boom"}}\n\n',
    'data: {"error":"boom"}\n\n',
    'data: {"object":"error","message":"boom"}\n\n',
    'event: error\ndata: {"code":400,"details":"boom"}\n\n',
    'event: error\ndata: {"message":"boom"}\n\n',
    'event: error\ndata: boom\n\n',
    'error: {"code":400,"message":"boom"}\n\n',
    'error: boom\n',
    '{"error":{"message":"boom"}}\n',
  ];
  for (const text of cases) {
    const state = told(says('a'), text, 'data: [DONE]\n\n');
    assert.equal(state.error, 'boom', text);
  }
});

test('events that only one line end parts are read one by one', () => {
  const pair = `${says('a').trimEnd()}\n${says('b')}`;
  const state = told(pair, FINISH);
  assert.deepEqual([state.completionTokens, state.oddEvents], [2, 0]);
});

test('however a stream is cut into reads, everything but the instants is the same', () => {
  const bytes = Buffer.concat(readHttpFixture('vllm-0.32.0/stream_tool_required').chunks);
  const { firstTokenUs: _f, firstVisibleUs: _v, lastTokenUs: _l, chunks: _c, ...whole } = feed([bytes]);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const state = feed(edges.slice(1).map((end, i) => bytes.subarray(edges[i], end)));
      const { firstTokenUs, firstVisibleUs: _visible, lastTokenUs, chunks, ...rest } = state;
      assert.deepEqual(rest, whole);
      assert.ok(firstTokenUs !== null && lastTokenUs !== null && firstTokenUs <= lastTokenUs);
      assert.equal(chunks.kinds.length, edges.length - 1);
    }),
  );
});

test('whatever servers write between events, and however it is cut, the meaning is the same', () => {
  const between = fc.constantFrom(
    '',
    ': ping\n\n',
    'data:\n\n',
    'event: ping\ndata: x\n\n',
    'id: 7\nretry: 5\n\n',
  );
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 });
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
  const cuts = fc.array(fc.nat(4_000), { maxLength: 30 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, between), { minLength: 1, maxLength: 8 }),
      lineEnd,
      fc.constantFrom('', '\uFEFF'),
      fc.constantFrom('', 'data: [DONE]\n\n', 'data:  [DONE] ', 'data: [DONE]\n'),
      cuts,
      (words, end, bom, mark, edges) => {
        const events = words.map(([text, noise]) => noise + says(text)).join('');
        const bytes = Buffer.from(bom + (events + FINISH + mark).replaceAll('\n', end));
        const stream = new AnswerStream(CHAT);
        const at = [0, ...edges.filter((edge) => edge < bytes.length).sort((a, b) => a - b), bytes.length];
        at.slice(1).forEach((to, i) => {
          stream.push(bytes, i, at[i], to);
        });
        stream.finish(false);
        const state = stream.state();
        const plain = createAnswerText();
        plain.add(0, 'content', words.map(([text]) => text).join(''));
        assert.equal(state.answerHash, plain.hash());
        assert.deepEqual(
          [state.completionTokens, state.finished, state.done, state.error, state.finishReason],
          [words.length, true, mark !== '', null, 'stop'],
        );
        assert.equal(state.oddEvents, words.filter(([, noise]) => /data:/.test(noise)).length);
      },
    ),
  );
});
