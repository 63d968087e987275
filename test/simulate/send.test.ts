import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sendBody, sendHead } from '../../src/simulate/send.ts';
import { httpCall } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';

const server = await startLocalServer((request, response) => {
  if (request.url === '/body') return sendBody(response, 404, 'application/json', '{"文":1}');
  sendHead(response, 200, 'text/event-stream; charset=utf-8', null);
  response.end('x');
});
after(() => server.close());

test('a body has the head of uvicorn, byte for byte, and no hint about keep-alive', async () => {
  const { status, rawHeaders, text } = await httpCall(new URL('/body', server.url));
  assert.equal(status, 404);
  const [date, value, ...rest] = rawHeaders;
  assert.equal(date, 'date');
  assert.match(value ?? '', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
  assert.deepEqual(rest, ['server', 'uvicorn', 'content-length', '9', 'content-type', 'application/json']);
  assert.equal(text, '{"文":1}');
});

test('a stream is chunked', async () => {
  const { rawHeaders } = await httpCall(new URL('/stream', server.url));
  assert.deepEqual(rawHeaders.slice(2), [
    'server',
    'uvicorn',
    'content-type',
    'text/event-stream; charset=utf-8',
    'transfer-encoding',
    'chunked',
  ]);
});
