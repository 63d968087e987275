import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proseRing } from '../../../src/simulate/texts/prose.ts';
import {
  callScript,
  endingAt,
  proseScript,
  type Script,
  type ScriptToken,
  textScript,
  thinkingOf,
} from '../../../src/simulate/texts/script.ts';

function tokensOf(script: Script): ScriptToken[] {
  return Array.from({ length: script.length ?? 0 }, (_, i) => script.token(i));
}

const textOf = (tokens: readonly ScriptToken[]): string => tokens.map(({ text }) => text).join('');
const ofKind = (script: Script, kind: string): ScriptToken[] =>
  tokensOf(script).filter(({ part }) => part.kind === kind);

test('prose continues for ever from its place in the ring', () => {
  const ring = proseRing('en');
  const script = proseScript('en', 5, 0);
  assert.equal(script.length, null);
  assert.equal(script.token(0).text, ring[5]?.text);
  assert.equal(script.token(ring.length * 3).text, ring[5]?.text);
});

test('reasoning comes first and ends with an invisible mark', () => {
  const script = proseScript('en', 0, 3);
  const kinds = Array.from({ length: 5 }, (_, i) => script.token(i).part.kind);
  assert.deepEqual(kinds, ['reasoning', 'reasoning', 'reasoning', 'markup', 'content']);
  assert.equal(script.token(3).text, '</think>');
  assert.equal(thinkingOf(script, 3).length, 4);
  assert.deepEqual(thinkingOf(script, 0), []);
});

test('a natural end is a separate token without text', () => {
  const tokens = tokensOf(endingAt(proseScript('en', 0, 0), 4));
  assert.equal(tokens.length, 4);
  assert.deepEqual([tokens[3]?.text, tokens[3]?.part.kind], ['', 'markup']);
});

test('a text is its tokens and the end', () => {
  const script = textScript('{"a": 1}', []);
  assert.equal(textOf(ofKind(script, 'content')), '{"a": 1}');
  assert.equal(tokensOf(script).at(-1)?.text, '');
});

const CALLS = [
  { name: 'get_weather', arguments: '{"city": "Rome"}' },
  { name: 'get_time', arguments: '{}' },
];

test('marked calls are in the notation of Hermes, and only their arguments are arguments', () => {
  const script = callScript(CALLS, []);
  assert.equal(
    textOf(tokensOf(script)),
    '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Rome"}}\n</tool_call>' +
      '<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>',
  );
  assert.equal(textOf(ofKind(script, 'arguments')), '{"city": "Rome"}{}');
  assert.deepEqual(
    ofKind(script, 'call').map(({ part }) => part),
    CALLS.map(({ name }, call) => ({ kind: 'call', call, name })),
  );
});
