import assert from 'node:assert/strict';
import { test } from 'node:test';
import { V032 } from '../../../src/simulate/dialects/v0.32.ts';
import { accepted, answerFacts, wholePieces } from '../../helpers/simulated-answer.ts';

test('each API has its own documents', () => {
  for (const [api, object] of [
    ['chat', 'chat.completion'],
    ['completions', 'text_completion'],
  ] as const) {
    const request = accepted({ max_tokens: 2 }, 'v0.32', api);
    const body = JSON.parse(V032.body(answerFacts(request), wholePieces(request)));
    assert.equal(body.object, object);
    const events = V032.events(answerFacts(request));
    const [piece] = wholePieces(request);
    assert.ok(piece !== undefined);
    assert.match(events.piece(piece)[0] ?? '', api === 'chat' ? /"delta":\{"content"/ : /"text":"/);
  }
});

test('models and tokens', () => {
  assert.match(
    V032.models('m', 100, 1),
    /"owned_by":"vllm".*"max_model_len":100.*"id":"modelperm-[0-9a-f]{16}"/,
  );
  assert.equal(
    V032.tokenized([1, 2], 100, null),
    '{"count":2,"max_model_len":100,"tokens":[1,2],"token_strs":null}',
  );
});
