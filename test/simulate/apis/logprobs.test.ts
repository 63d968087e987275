import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  chatLogprobs,
  completionLogprobs,
  distribution,
  floatText,
} from '../../../src/simulate/apis/logprobs.ts';
import { accepted, wholePieces } from '../../helpers/simulated-answer.ts';

function pieceOf(request: ReturnType<typeof accepted>) {
  const [piece] = wholePieces(request);
  assert.ok(piece !== undefined);
  return piece;
}

test('pydantic writes the double, serde the shortest digits of the 32-bit float', () => {
  const value = Math.fround(-0.1);
  assert.equal(floatText(value, 'v0.32'), '-0.10000000149011612');
  assert.equal(floatText(value, 'rust'), '-0.1');
  for (const float of [-0.35667497, -1.2039728, -14.000001].map(Math.fround)) {
    const text = floatText(float, 'rust');
    assert.equal(Math.fround(Number(text)), float);
    assert.ok(text.length <= floatText(float, 'v0.32').length);
  }
});

test('each token of a chat with its bytes and the requested alternatives, itself first', () => {
  const request = accepted({ logprobs: true, top_logprobs: 2, max_tokens: 3 });
  const piece = pieceOf(request);
  const { content } = JSON.parse(chatLogprobs(request, piece, 'v0.32'));
  assert.equal(content.length, 3);
  for (const [i, entry] of content.entries()) {
    assert.equal(entry.token, piece.tokens[i]?.text);
    assert.deepEqual(entry.bytes, [...Buffer.from(entry.token)]);
    assert.deepEqual(entry.top_logprobs[0], {
      token: entry.token,
      logprob: entry.logprob,
      bytes: entry.bytes,
    });
    assert.equal(entry.top_logprobs.length, 2);
    assert.ok(entry.top_logprobs[1].logprob < entry.logprob);
  }
  const alone = accepted({ logprobs: true, max_tokens: 1 });
  assert.deepEqual(JSON.parse(chatLogprobs(alone, pieceOf(alone), 'v0.32')).content[0].top_logprobs, []);
});

test('a plain completion lists columns, offsets counted in characters', () => {
  const request = accepted({ logprobs: 2, max_tokens: 2 }, 'v0.32', 'completions');
  const piece = pieceOf(request);
  const text = completionLogprobs(request, piece, 'v0.32', 10);
  const columns = JSON.parse(text);
  assert.deepEqual(Object.keys(columns), ['text_offset', 'token_logprobs', 'tokens', 'top_logprobs']);
  assert.deepEqual(Object.keys(JSON.parse(completionLogprobs(request, piece, 'rust', 0))), [
    'tokens',
    'token_logprobs',
    'top_logprobs',
    'text_offset',
  ]);
  assert.equal(columns.tokens.length, 2);
  let at = 10;
  for (const [i, token] of columns.tokens.entries()) {
    assert.equal(columns.text_offset[i], at);
    at += token.length;
  }
  assert.equal(columns.top_logprobs[1][columns.tokens[1]], columns.token_logprobs[1]);
  assert.equal(completionLogprobs(accepted({}, 'v0.32', 'completions'), piece, 'v0.32', 0), 'null');
});

test('a token that ends within a character is nothing to the one, a replacement to the other', () => {
  const request = accepted({ logprobs: true, max_tokens: 1 });
  const piece = { ...pieceOf(request), tokens: [{ id: 5, text: '' }] };
  assert.equal(JSON.parse(chatLogprobs(request, piece, 'v0.32')).content[0].token, '');
  assert.equal(JSON.parse(chatLogprobs(request, piece, 'rust')).content[0].token, '\ufffd');
});

test('the token leads, probabilities fall and do not add up to more than 1, the same every time', () => {
  fc.assert(
    fc.property(fc.nat(151_000), fc.nat(1_000), fc.nat(20), (id, position, top) => {
      const entries = distribution({ id, text: ' x' }, position, top);
      assert.equal(entries.length, top + 1);
      assert.equal(entries[0]?.id, id);
      const logprobs = entries.map(({ logprob }) => logprob);
      assert.deepEqual(
        [...logprobs].sort((a, b) => b - a),
        logprobs,
      );
      assert.ok(logprobs.reduce((sum, logprob) => sum + Math.exp(logprob), 0) <= 1.000001);
      assert.ok(
        logprobs.every((logprob) => Math.fround(logprob) === logprob),
        '32-bit floats',
      );
      assert.equal(new Set(entries.map((entry) => entry.id)).size, top + 1);
      assert.deepEqual(distribution({ id, text: ' x' }, position, top), entries);
    }),
  );
});
