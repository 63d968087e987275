import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAnswerText } from '../../../src/chat/answers/answer-text.ts';
import { readAnswer } from '../../../src/chat/answers/read-answer.ts';
import { rawAnswer } from '../../helpers/http-fixture.ts';

test('property: the same text has the same hash, however it is cut and escaped', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 8 })), (pieces) => {
      const whole = createAnswerText();
      whole.add(0, 'content', pieces.join(''));
      const cut = createAnswerText();
      const escaped = createAnswerText();
      for (const piece of pieces) {
        cut.add(0, 'content', piece);
        const ascii = JSON.stringify(piece)
          .slice(1, -1)
          .replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
        escaped.escaped(0, 'content').add(Buffer.from(`"${ascii}"`), 1, 1 + ascii.length);
      }
      if (pieces.join('') === '') return;
      assert.equal(cut.hash(), whole.hash());
      assert.equal(escaped.hash(), whole.hash());
    }),
  );
});

test('answers differ by choices, fields and the borders between them', () => {
  const hashes = [
    [0, 'content', 'ab'],
    [1, 'content', 'ab'],
    [0, 'reasoning', 'ab'],
    [0, 'tool 0 name', 'ab'],
    [0, 'content', 'abc'],
  ].map(([choice, field, text]) => {
    const answer = createAnswerText();
    answer.add(choice as number, field as 'content', text as string);
    return answer.hash();
  });
  assert.equal(new Set(hashes).size, hashes.length);
});

const JSON_HEADERS = ['content-type', 'application/json'];
const SSE_HEADERS = ['content-type', 'text/event-stream'];
const CHAT = '/v1/chat/completions';

test('an answer has one hash, streamed or plain, with reasoning and tool calls; none when it is not whole', () => {
  const call = { id: 'a', type: 'function', function: { name: 'look', arguments: '{"q":"sky"}' } };
  const message = { role: 'assistant', content: 'Blue "sky".', reasoning: 'hm', tool_calls: [call] };
  const plain = readAnswer(
    CHAT,
    rawAnswer({
      status: 200,
      headers: JSON_HEADERS,
      chunks: [Buffer.from(JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }] }))],
    }),
  );
  const deltas = [
    { role: 'assistant', content: '' },
    { reasoning: 'h' },
    { reasoning: 'm' },
    { content: 'Blue ' },
    { content: '"sky' },
    { content: '".' },
    { tool_calls: [{ index: 0, id: 'b', type: 'function', function: { name: 'look', arguments: '' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '{"q":' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '"sky"}' } }] },
  ];
  const events = deltas.map((delta) => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`);
  const finish = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`;
  const streamOf = (chunks: readonly string[]) =>
    readAnswer(
      CHAT,
      rawAnswer({ status: 200, headers: SSE_HEADERS, chunks: chunks.map((text) => Buffer.from(text)) }),
    );
  const streamed = streamOf([...events, finish, 'data: [DONE]\n\n']);
  assert.match(plain.answerHash ?? '', /^[0-9a-f]{16}$/);
  assert.equal(streamed.answerHash, plain.answerHash);
  assert.equal(streamOf(events).answerHash, null);
});
