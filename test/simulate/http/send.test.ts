import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EventSink, type HeadStyle, openStream, sendBody } from '../../../src/simulate/http/send.ts';
import { startLocalServer } from '../../helpers/local-server.ts';
import { chunksOf, rawAnswerOf } from '../../helpers/raw-answer.ts';
import { rawCall } from '../../helpers/test-recorder.ts';

const UVICORN: HeadStyle = { server: 'uvicorn', varyOrigin: true, eventStreamType: 'text/event-stream' };
const HYPER: HeadStyle = { server: 'hyper', varyOrigin: false, eventStreamType: 'text/event-stream' };
const JSON_HEAD = { status: 200, contentType: 'application/json', requestId: 'mine' };

function undated(answer: string): string {
  return answer.replace(/date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/, 'date: D');
}

test('uvicorn puts the date first and names itself; hyper puts it last', async () => {
  const uvicorn = await rawAnswerOf((response) => sendBody(response, UVICORN, JSON_HEAD, '{"ü":1}'));
  assert.equal(
    undated(uvicorn),
    'HTTP/1.1 200 OK\r\ndate: D\r\nserver: uvicorn\r\ncontent-length: 8\r\ncontent-type: application/json\r\n' +
      'vary: Origin\r\nx-request-id: mine\r\n\r\n{"ü":1}',
  );
  const hyper = await rawAnswerOf((response) => sendBody(response, HYPER, JSON_HEAD, '{}'));
  assert.equal(
    undated(hyper),
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: mine\r\ncontent-length: 2\r\ndate: D\r\n\r\n{}',
  );
});

test('Connection: close is answered to a client that asks for it, and only then', async () => {
  for (const style of [UVICORN, HYPER]) {
    const head = { ...JSON_HEAD, requestId: null };
    const closing = await rawAnswerOf((response) => sendBody(response, style, head, ''), { close: true });
    assert.match(closing, /\r\nconnection: close\r\n/);
    const open = await rawAnswerOf((response) => sendBody(response, style, head, ''));
    assert.doesNotMatch(open, /connection|keep-alive/i);
  }
});

test('what a refused path or method has to say goes where each front end puts it', async () => {
  const head = { status: 405, contentType: null, requestId: null, allow: 'GET,HEAD' };
  assert.match(
    await rawAnswerOf((response) => sendBody(response, HYPER, head, '')),
    /^HTTP\/1\.1 405 Method Not Allowed\r\nallow: GET,HEAD\r\ncontent-length: 0\r\ndate: /,
  );
  const moved = { status: 307, contentType: null, requestId: null, location: '/x' };
  assert.match(
    await rawAnswerOf((response) => sendBody(response, UVICORN, moved, '')),
    /\r\nserver: uvicorn\r\ncontent-length: 0\r\nlocation: \/x\r\nvary: Origin\r\n\r\n$/,
  );
});

test('each event is a separate chunk; sizes are in bytes, in the letter case of the front end', async () => {
  const events = ['data: plain\n\n', 'data: 你好 🌾🌾🌾🌾🌾🌾🌾\n\n', Buffer.from('data: bytes\n\n')];
  const stream = (style: HeadStyle) =>
    rawAnswerOf((response) => {
      const sink = openStream(response, style, { ...JSON_HEAD, contentType: style.eventStreamType });
      for (const event of events) sink.write(event);
      sink.end();
    });
  const uvicorn = await stream(UVICORN);
  assert.deepEqual(chunksOf(uvicorn), [...events.map(String), '']);
  assert.match(
    uvicorn,
    /\r\nx-request-id: mine\r\ntransfer-encoding: chunked\r\n\r\nd\r\ndata: plain\n\n\r\n2b\r\n/,
  );
  const hyper = await stream(HYPER);
  assert.deepEqual(chunksOf(hyper), [...events.map(String), '']);
  assert.match(hyper, /\r\ncache-control: no-cache\r\n[\s\S]*\r\n\r\nD\r\ndata: plain\n\n\r\n2B\r\n/);
});

test('an event has left when its write returns', async () => {
  const held: (number | undefined)[] = [];
  await rawAnswerOf((response) => {
    const sink = openStream(response, UVICORN, JSON_HEAD);
    for (const event of ['data: one\n\n', Buffer.from('data: two\n\n')]) {
      sink.write(event);
      held.push(response.socket?.writableLength);
    }
    sink.end();
  });
  assert.deepEqual(held, [0, 0]);
});

test('an answer waits for the one that was asked for before it on the same connection', async () => {
  const sinks: EventSink[] = [];
  const { url, close } = await startLocalServer((_request, response) => {
    sinks.push(openStream(response, UVICORN, JSON_HEAD));
    if (sinks.length < 2) return;
    for (const [i, name] of [
      [1, 'second'],
      [0, 'first'],
    ] as const) {
      sinks[i]?.write(`data: ${name}\n\n`);
      sinks[i]?.end();
    }
  });
  const get = 'GET / HTTP/1.1\r\nhost: x\r\n';
  const both = await rawCall(url, `${get}\r\n${get}connection: close\r\n\r\n`);
  await close();
  assert.deepEqual(both.match(/first|second/g), ['first', 'second']);
});

test('nothing is written for a client that has gone', async () => {
  const answer = await rawAnswerOf((response) => {
    const sink = openStream(response, HYPER, JSON_HEAD);
    response.destroy();
    sink.write('data: late\n\n');
    sink.end();
  });
  assert.doesNotMatch(answer, /late/);
});
