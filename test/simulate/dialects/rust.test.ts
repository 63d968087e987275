import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RUST } from '../../../src/simulate/dialects/rust.ts';
import { accepted, answerFacts, wholePieces } from '../../helpers/simulated-answer.ts';

test('each API has its own documents', () => {
  for (const [api, object] of [
    ['chat', 'chat.completion'],
    ['completions', 'text_completion'],
  ] as const) {
    const request = accepted({ max_tokens: 2 }, 'rust', api);
    const pieces = wholePieces(request, 'rust');
    assert.equal(JSON.parse(RUST.body(answerFacts(request), pieces)).object, object);
    const [piece] = pieces;
    assert.ok(piece !== undefined);
    const [first = ''] = RUST.events(answerFacts(request)).piece(piece);
    assert.match(first, api === 'chat' ? /"delta":\{"content"/ : /"text":"/);
  }
});

test('models without permissions, tokens with their texts', () => {
  assert.equal(
    RUST.models('m', 100, 1),
    '{"object":"list","data":[{"id":"m","object":"model","created":1,"owned_by":"vllm-frontend-rs","root":"m",' +
      '"parent":null,"max_model_len":100}]}',
  );
  assert.equal(
    RUST.tokenized([1], 100, ['a']),
    '{"count":1,"max_model_len":100,"tokens":[1],"token_strs":["a"]}',
  );
});

test('it takes bodies of 32 MiB', () => {
  assert.equal(RUST.maxBodyBytes, 33_554_432);
});
