import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { parseFault } from '../../../src/simulate/faults/fault.ts';
import {
  createDelay,
  faultyStream,
  plainStream,
  sendFaultyBody,
} from '../../../src/simulate/faults/faulty-answer.ts';
import { bodyOf, promptLater, rawAnswerOf } from '../../helpers/raw-answer.ts';

const EVENTS = ['data: {"a":1}\n\n', 'data: {"b":"你好"}\n\n', 'data: {"c":3}\n\n'];
const [A = '', B = '', C = ''] = EVENTS;
const LAST = ['data: {"usage":1}\n\n', 'data: [DONE]\n\n'];

/** What a stream of three tokens becomes, in the order in which it happens; times pass at once, at the end. */
function spoiled(word: string): readonly string[] {
  const fault = parseFault(word);
  assert.ok(typeof fault !== 'string', String(fault));
  const log: string[] = [];
  const due: (() => void)[] = [];
  const stream = faultyStream(fault, {
    sink: {
      write: (event) => log.push(Buffer.isBuffer(event) ? event.toString('latin1') : event),
      end: () => log.push('end'),
    },
    destroy: () => log.push('destroyed'),
    failure: () => ['data: failure\n\n'],
    later(ms, then) {
      log.push(`${ms} ms`);
      due.push(then);
    },
  });
  stream.write([], 0);
  for (const [i, event] of EVENTS.entries()) stream.write([event], i + 1);
  stream.end(LAST);
  for (let then = due.shift(); then !== undefined; then = due.shift()) then();
  return log;
}

const WHOLE = [...EVENTS, ...LAST, 'end'];

test('a plain stream is its events and the end', () => {
  const log: string[] = [];
  const stream = plainStream({ write: (event) => log.push(String(event)), end: () => log.push('end') });
  for (const [i, event] of EVENTS.entries()) stream.write([event], i + 1);
  stream.end(LAST);
  assert.deepEqual(log, WHOLE);
});

test('cut and error event come after their tokens, and nothing after them', () => {
  assert.deepEqual(spoiled('cut'), ['destroyed']);
  assert.deepEqual(spoiled('cut,after=2'), [A, B, 'destroyed']);
  assert.deepEqual(spoiled('cut,after=99'), [...EVENTS, 'destroyed'], 'at the end at the latest');
  assert.deepEqual(spoiled('error-event,after=1'), [A, 'data: failure\n\n', 'end']);
});

test('a stall holds back what comes after its tokens, in order', () => {
  assert.deepEqual(spoiled('stall,after=2,ms=9'), [A, B, '9 ms', C, ...LAST, 'end']);
  assert.deepEqual(spoiled('stall,after=99,ms=9'), WHOLE);
});

test('a slow start holds back everything', () => {
  assert.deepEqual(spoiled('slow-start,ms=7'), ['7 ms', ...WHOLE]);
});

test('one event is malformed, the others are not', () => {
  assert.deepEqual(spoiled('malformed,after=1'), [A, `${B.slice(0, B.length >> 1)}\n\n`, C, ...LAST, 'end']);
  assert.throws(() => JSON.parse(B.slice(6, B.length >> 1)));
});

test('characters are split between two writes, and no byte is lost', () => {
  const log = spoiled('split-utf8').slice(0, -1);
  const bytes = log.map((piece) => Buffer.from(piece, 'latin1'));
  assert.equal(Buffer.concat(bytes).toString('utf8'), [...EVENTS, ...LAST].join(''));
  const at = bytes.findIndex((piece) => (piece.at(-1) ?? 0) >= 0xc0);
  assert.ok(at > 0 && ((bytes[at + 1]?.[0] ?? 0) & 0xc0) === 0x80, 'the next begins within a character');
});

test('without its mark the stream just ends', () => {
  assert.deepEqual(spoiled('no-done'), [...EVENTS, LAST[0], 'end']);
});

test('every byte is written on its own', () => {
  const log = spoiled('drip,ms=2').filter((entry) => entry !== '2 ms');
  assert.ok(log.slice(0, -1).every((piece) => piece.length === 1));
  const bytes = Buffer.from(log.slice(0, -1).join(''), 'latin1');
  assert.equal(bytes.toString('utf8'), [...EVENTS, ...LAST].join(''));
  assert.equal(log.at(-1), 'end');
});

test('faults that a stream cannot have leave it as it should be', () => {
  for (const word of ['error', 'overload', 'refuse', 'content-type']) assert.deepEqual(spoiled(word), WHOLE);
});

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

const SCALE = 10;
const nowUs = (): number => performance.now() * 1e3 * SCALE;

test('waits in model time, one after another, never too short', async () => {
  const waits = [5, 0.5, 0, 50];
  const waited: number[] = [];
  await rawAnswerOf((response) => {
    const delay = createDelay(response, nowUs, SCALE);
    const wait = (): void => {
      const ms = waits[waited.length];
      if (ms === undefined) return void response.end();
      const fromUs = nowUs();
      delay(ms, () => {
        waited.push((nowUs() - fromUs) / 1e3);
        wait();
      });
    };
    wait();
  });
  assert.equal(waited.length, waits.length);
  for (const [i, ms] of waits.entries()) assert.ok((waited[i] ?? 0) >= ms, `${waited[i]} of ${ms} ms`);
});

test('nothing is called after the client has disconnected', async () => {
  const called: string[] = [];
  let gone: ServerResponse | undefined;
  await rawAnswerOf((response) => {
    gone = response;
    const delay = createDelay(response, nowUs, SCALE);
    delay(20, () => called.push('while it went'));
    response.on('close', () => delay(0, () => called.push('after')));
    response.destroy();
  });
  assert.ok(gone?.destroyed === true);
  // One that is armed later for another answer rings after both would have.
  await rawAnswerOf((response) => {
    createDelay(response, nowUs, SCALE)(40, () => response.end());
    return once(response, 'close');
  });
  assert.deepEqual(called, []);
});
