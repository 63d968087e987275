import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFault } from '../../../src/simulate/faults/fault.ts';
import { sendFaultyBody } from '../../../src/simulate/faults/faulty-body.ts';
import { bodyOf, promptLater, rawAnswerOf } from '../../helpers/raw-answer.ts';

const STYLE = { server: 'uvicorn', varyOrigin: false, eventStreamType: '' } as const;
const HEAD = { status: 200, contentType: 'application/json', requestId: null };
const TEXT = '{"answer":"你好"}';

async function sent(word: string): Promise<{ readonly answer: string; readonly delays: readonly number[] }> {
  const fault = parseFault(word);
  assert.ok(typeof fault !== 'string', String(fault));
  const { delays, later } = promptLater();
  const answer = await rawAnswerOf((response) => sendFaultyBody(fault, response, STYLE, HEAD, TEXT, later));
  return { answer, delays };
}

test('late, and whole', async () => {
  for (const word of ['stall,ms=40', 'slow-start,ms=40']) {
    const { answer, delays } = await sent(word);
    assert.deepEqual([bodyOf(answer), delays], [TEXT, [40]]);
  }
});

test('broken off: the length that was announced does not come', async () => {
  const { answer } = await sent('cut');
  assert.match(answer, /content-length: 19\r\n/);
  assert.equal(bodyOf(answer), TEXT.slice(0, 9));
});

test('half of the text as if it were all', async () => {
  const { answer } = await sent('malformed');
  assert.match(answer, /content-length: 7\r\n/);
  assert.equal(bodyOf(answer), TEXT.slice(0, 7));
});

test('of another type', async () => {
  const { answer } = await sent('content-type');
  assert.match(answer, /content-type: text\/html; charset=utf-8\r\n/);
  assert.equal(bodyOf(answer), TEXT);
});

test('byte by byte, each after its time, and whole in the end', async () => {
  const { answer, delays } = await sent('drip,ms=3');
  assert.match(answer, /content-length: 19\r\n/);
  assert.equal(bodyOf(answer), TEXT);
  assert.deepEqual(delays, Array(19).fill(3));
});

test('faults that a body cannot have leave it as it should be', async () => {
  for (const word of ['no-done', 'split-utf8']) assert.equal(bodyOf((await sent(word)).answer), TEXT);
});
