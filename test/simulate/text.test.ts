import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chatTokens, tokenPieces, writerFor } from '../../src/simulate/text.ts';

test('the reference prompt counts 13 tokens', () => {
  assert.deepEqual(tokenPieces('写一个50字的短文'), ['写一', '个', '5', '0', '字的', '短', '文']);
  assert.equal(chatTokens(['写一个50字的短文']), 13);
});

test('pieces hold the whole text but for doubled white space', () => {
  const text = 'Explain, in 3 words: internationalization (你好世界) 🎬';
  assert.equal(tokenPieces(text).join(''), text.replace(' (', '(').replace(' 🎬', '🎬').replace(' 3', '3'));
});

test('an answer of 50 tokens to the reference prompt has 76 characters, as the benchmark had', () => {
  const write = writerFor('写一个50字的短文', 1);
  assert.equal(write(0, 50).length, 76);
  let pieces = '';
  for (let i = 0; i < 50; i++) pieces += write(i, i + 1);
  assert.equal(pieces, write(0, 50));
});

test('the same prompt gets the same answer, in its language; another seed another one', () => {
  const write = writerFor('Tell me of the sea', 1);
  assert.equal(write(0, 20), writerFor('Tell me of the sea', 1)(0, 20));
  assert.match(write(0, 20), /^( [a-z]+){20}$/);
  assert.notEqual(write(0, 20), writerFor('Tell me of the sea', 2)(0, 20));
});
