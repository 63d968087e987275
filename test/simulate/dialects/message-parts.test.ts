import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallDelta, OutputPiece } from '../../../src/simulate/answers/choice-output.ts';
import {
  cutNotation,
  finishReason,
  modelList,
  randomHex,
  toolCallId,
  wholeCalls,
} from '../../../src/simulate/dialects/message-parts.ts';
import { accepted, wholePieces } from '../../helpers/simulated-answer.ts';

test('calls are put together from what came of each', () => {
  const deltas: readonly CallDelta[] = [
    { call: 0, name: 'f', arguments: '' },
    { call: 0, name: null, arguments: '{"a"' },
    { call: 1, name: 'g', arguments: '{}' },
    { call: 0, name: null, arguments: ': 1}' },
  ];
  let ids = 0;
  assert.deepEqual(
    wholeCalls(deltas, () => `id${++ids}`),
    [
      { id: 'id1', type: 'function', function: { name: 'f', arguments: '{"a": 1}' } },
      { id: 'id2', type: 'function', function: { name: 'g', arguments: '{}' } },
    ],
  );
});

test('a call changes the reason, unless it was cut or its tool was named', () => {
  const piece = (called: boolean, reason: 'stop' | 'length'): Pick<OutputPiece, 'called' | 'finish'> => ({
    called,
    finish: { reason, stopReason: null },
  });
  const reasonOf = (called: boolean, reason: 'stop' | 'length', choice: string | null): string =>
    finishReason(piece(called, reason) as OutputPiece, choice);
  assert.deepEqual(
    [
      reasonOf(true, 'stop', 'auto'),
      reasonOf(true, 'stop', 'required'),
      reasonOf(true, 'stop', 'named'),
      reasonOf(true, 'length', 'auto'),
      reasonOf(false, 'stop', null),
    ],
    ['tool_calls', 'tool_calls', 'stop', 'length', 'stop'],
  );
});

test('a call that a limit cut is its notation, what was thought before it left out', () => {
  const tools = [{ type: 'function', function: { name: 'f' } }];
  const cutAt = (max_tokens: number, reasoning: boolean): string | null => {
    const [piece] = wholePieces(accepted({ tools, max_tokens }), 'v0.32', reasoning);
    assert.ok(piece !== undefined);
    return cutNotation(piece);
  };
  assert.match(cutAt(12, false) ?? '', /^<tool_call>\n\{"name": "f"/);
  assert.match(cutAt(22, true) ?? '', /^<tool_call>/);
  assert.equal(cutAt(1_000, false), null);
  const [prose] = wholePieces(accepted({ max_tokens: 12 }));
  assert.equal(prose === undefined ? '' : cutNotation(prose), null);
});

test('ids are of so many hex digits and never the same', () => {
  assert.match(randomHex(16), /^[0-9a-f]{16}$/);
  assert.match(toolCallId(32), /^chatcmpl-tool-[0-9a-f]{32}$/);
  assert.notEqual(toolCallId(16), toolCallId(16));
});

test('the list of models says how long a context is', () => {
  const { data } = JSON.parse(modelList('m', 4_096, 1_700_000_000, 32));
  assert.deepEqual([data[0].id, data[0].max_model_len, data[0].created], ['m', 4_096, 1_700_000_000]);
  assert.match(data[0].permission[0].id, /^modelperm-[0-9a-f]{32}$/);
});
