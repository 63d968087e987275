import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  MARKS,
  pieceId,
  tokenIds,
  tokenPieces,
  tokensText,
  tokenText,
} from '../../../src/simulate/texts/tokens.ts';
import { anyCharacter } from '../../helpers/any-character.ts';

test('the reference prompt is seven tokens', () => {
  assert.deepEqual(tokenPieces('写一个50字的短文'), ['写一', '个', '5', '0', '字的', '短', '文']);
});

test('words of several scripts are cut where vocabularies cut them', () => {
  assert.deepEqual(tokenPieces('Hello  internationalization,'), [
    'Hello',
    '  inter',
    'natio',
    'naliz',
    'ation',
    ',',
  ]);
  assert.deepEqual(tokenPieces('こんにちは、世界。'), ['こん', 'にち', 'は', '、', '世界', '。']);
  assert.deepEqual(tokenPieces('Привет 🎬🎬\n'), ['Прив', 'ет', ' 🎬', '🎬', '\n']);
  assert.deepEqual(tokenPieces('你好世界你好世'), ['你好', '世', '界你', '好', '世']);
});

test('any text is the sum of its tokens, and its ids are its tokens', () => {
  const text = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
  );
  fc.assert(
    fc.property(text, (any) => {
      assert.equal(tokenPieces(any).join(''), any);
      assert.equal(tokenIds(any).length, tokenPieces(any).length);
    }),
  );
});

test('ids are stable, and the way back knows what was seen', () => {
  const ids = tokenIds('a quiet river, 3 boats');
  assert.deepEqual(tokenIds('a quiet river, 3 boats'), ids);
  assert.equal(tokensText(ids), 'a quiet river, 3 boats');
  assert.equal(tokenText(pieceId('rare')), 'rare');
});

test('unknown ids become words that have those ids', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 151_642 }), (id) => {
      const word = tokenText(id);
      // A hashed piece of another test may have taken the number.
      if (/^ [a-z]{5}$/.test(word)) assert.deepEqual(tokenIds(word), [id]);
    }),
  );
});

test('the marks of the template have ids of their own', () => {
  assert.equal(tokensText([MARKS.start.id, MARKS.thinkEnd.id]), '<|im_start|></think>');
  assert.equal(tokenText(151_900), '');
});
