import assert from 'node:assert/strict';
import { test } from 'node:test';
import { V085 } from '../../../src/simulate/dialects/v0.8.5.ts';
import { accepted, answerFacts, wholePieces } from '../../helpers/simulated-answer.ts';

test('each API has its own documents', () => {
  for (const [api, object] of [
    ['chat', 'chat.completion'],
    ['completions', 'text_completion'],
  ] as const) {
    const request = accepted({ max_tokens: 2 }, 'v0.8.5', api);
    const pieces = wholePieces(request, 'v0.8.5');
    assert.equal(JSON.parse(V085.body(answerFacts(request), pieces)).object, object);
    const [piece] = pieces;
    assert.ok(piece !== undefined);
    const [first = ''] = V085.events(answerFacts(request)).piece(piece);
    assert.match(first, api === 'chat' ? /"delta":\{"content"/ : /"text":"/);
  }
});

test('tokens without their texts, permissions with long ids', () => {
  assert.equal(V085.tokenized([1], 100, ['a']), '{"count":1,"max_model_len":100,"tokens":[1]}');
  assert.match(V085.models('m', 100, 1), /"id":"modelperm-[0-9a-f]{32}"/);
});
