import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAnswerStream, type StreamState } from '../../src/chat/answer-stream.ts';
import { readHttpFixture } from '../helpers/http-fixture.ts';

function feed(chunks: readonly Uint8Array[], api: 'chat' | 'completions' = 'chat'): StreamState {
  const stream = createAnswerStream(api);
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

test('however a stream is cut into reads, everything but the instants is the same', () => {
  const bytes = Buffer.concat(readHttpFixture('vllm-0.32.0/stream_tool_required').chunks);
  const { firstTokenUs: _f, lastTokenUs: _l, chunks: _c, ...whole } = feed([bytes]);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const state = feed(edges.slice(1).map((end, i) => bytes.subarray(edges[i], end)));
      const { firstTokenUs, lastTokenUs, chunks, ...rest } = state;
      assert.deepEqual(rest, whole);
      assert.ok(firstTokenUs !== null && lastTokenUs !== null && firstTokenUs <= lastTokenUs);
      assert.equal(
        chunks.bytes.reduce((sum, n) => sum + n, 0),
        bytes.length,
      );
    }),
  );
});
