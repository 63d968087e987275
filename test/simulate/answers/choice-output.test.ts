import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { choiceOutput, type OutputPiece } from '../../../src/simulate/answers/choice-output.ts';
import type { PlannedChoice } from '../../../src/simulate/answers/plan.ts';
import { callScript, proseScript, type Script, textScript } from '../../../src/simulate/texts/script.ts';

function choiceOf(script: Script, changes: Partial<PlannedChoice> = {}): PlannedChoice {
  return {
    index: 0,
    script,
    outputTokens: script.length ?? 30,
    finish: { reason: 'stop', stopReason: null },
    keptCharacters: Number.POSITIVE_INFINITY,
    ...changes,
  };
}

function taken(choice: PlannedChoice, count: number, heldBack = 0): OutputPiece[] {
  const output = choiceOutput(choice, heldBack);
  const pieces: OutputPiece[] = [];
  while (output.totalTokens < choice.outputTokens) pieces.push(output.take(count));
  return pieces;
}

const said = (pieces: readonly OutputPiece[], what: 'content' | 'reasoning'): string =>
  pieces.map((piece) => piece[what]).join('');

test('however it is cut and whatever is held back, the whole says the same', () => {
  const whole = choiceOutput(choiceOf(proseScript('en', 3, 8)), 0).take(30);
  assert.ok(whole.content.length > 40 && whole.reasoning.length > 10);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 31 }), fc.nat(12), (count, heldBack) => {
      const pieces = taken(choiceOf(proseScript('en', 3, 8)), count, heldBack);
      assert.equal(said(pieces, 'content'), whole.content);
      assert.equal(said(pieces, 'reasoning'), whole.reasoning);
      assert.deepEqual(
        pieces.flatMap(({ tokens }) => tokens),
        whole.tokens,
      );
      const ends = pieces.map(({ finish }) => finish !== null);
      assert.deepEqual([ends.indexOf(true), pieces.at(-1)?.totalTokens], [pieces.length - 1, 30]);
      assert.equal(pieces.at(-1)?.reasoningTokens, 8);
      assert.ok(pieces.every((piece, i) => piece.position === i * count));
    }),
  );
});

test('held-back characters come with what follows, all of them at the end', () => {
  const script = textScript('abc def ghi', []);
  const contents = taken(choiceOf(script), 1, 4).map(({ content }) => content);
  const unheld = taken(choiceOf(script), 1).map(({ content }) => content);
  const heldAfter = (i: number): number =>
    unheld.slice(0, i + 1).join('').length - contents.slice(0, i + 1).join('').length;
  assert.deepEqual(
    contents.slice(0, -1).map((_, i) => heldAfter(i)),
    contents.slice(0, -1).map((_, i) => Math.min(4, unheld.slice(0, i + 1).join('').length)),
  );
  assert.equal(contents.join(''), 'abc def ghi');
});

test('a stop string is cut off, but its tokens are counted', () => {
  const pieces = taken(choiceOf(textScript('abc def ghi', []), { keptCharacters: 5 }), 1);
  assert.equal(said(pieces, 'content'), 'abc d');
  assert.equal(pieces.flatMap(({ tokens }) => tokens.map(({ text }) => text)).join(''), 'abc def ghi');
});

test('a call is begun with its name, then its arguments come; in one piece they stay apart', () => {
  const calls = [
    { name: 'f', arguments: '{"a": 1}' },
    { name: 'g', arguments: '{}' },
  ];
  const pieces = taken(choiceOf(callScript(calls, [])), 1);
  const deltas = pieces.flatMap((piece) => piece.calls);
  assert.deepEqual(
    deltas.filter(({ name }) => name !== null),
    [
      { call: 0, name: 'f', arguments: '' },
      { call: 1, name: 'g', arguments: '' },
    ],
  );
  const begun = pieces.findIndex((piece) => piece.calls.length > 0);
  assert.deepEqual([pieces[begun - 1]?.called, pieces[begun]?.called], [false, true]);
  assert.deepEqual(taken(choiceOf(callScript(calls, [])), 1_000)[0]?.calls, [
    { call: 0, name: 'f', arguments: '' },
    { call: 0, name: null, arguments: '{"a": 1}' },
    { call: 1, name: 'g', arguments: '' },
    { call: 1, name: null, arguments: '{}' },
  ]);
});
