import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { test } from 'node:test';
import { eventually, httpCall } from '../../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';

const CHAT = '/v1/chat/completions';
const faultHeader = (word: string) => ({ headers: { 'x-reprise-fault': word } });

/** A stream without end, once it has begun. */
async function begun(url: URL, id = 'long'): Promise<IncomingMessage> {
  const call = request(new URL(CHAT, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': id },
  });
  call.on('error', () => undefined);
  call.end(JSON.stringify({ ...REFERENCE_REQUEST, stream: true, max_tokens: 8_000 }));
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  await once(answer, 'data');
  return answer;
}

test('the id is the header’s, the body’s or a new one', async () => {
  const { url } = await quickSimulator({ dialect: 'v0.32' });
  const id = async (fields: object, headers: Record<string, string> = {}): Promise<string> => {
    const body = { ...REFERENCE_REQUEST, max_tokens: 1, ...fields };
    return JSON.parse((await httpCall(new URL(CHAT, url), body, { headers })).text).id;
  };
  assert.equal(await id({ request_id: 'b' }, { 'X-Request-Id': 'h' }), 'chatcmpl-h');
  assert.equal(await id({ request_id: 'b' }), 'chatcmpl-b');
  assert.match(await id({}), /^chatcmpl-[0-9a-f]{16}$/);
  assert.notEqual(await id({}), await id({}));
});

test('a plain completion has its own object and prefix', async () => {
  const { url } = await quickSimulator({ dialect: 'v0.32', model: 'm' });
  const { text } = await httpCall(new URL('/v1/completions', url), {
    model: 'm',
    prompt: 'x',
    max_tokens: 2,
  });
  const { id, object } = JSON.parse(text);
  assert.match(id, /^cmpl-/);
  assert.equal(object, 'text_completion');
});

test('0.8.5 takes no id twice at a time: within a stream that has begun, or with a 400', async () => {
  const { url } = await quickSimulator({ dialect: 'v0.8.5', timeScale: 2 });
  const first = await begun(url, 'twice');
  const options = { headers: { 'x-request-id': 'twice' } };
  const plain = await httpCall(new URL(CHAT, url), REFERENCE_REQUEST, options);
  assert.equal(plain.status, 400);
  assert.equal(JSON.parse(plain.text).message, 'Request id chatcmpl-twice already running.');
  const streamed = await httpCall(new URL(CHAT, url), { ...REFERENCE_REQUEST, stream: true }, options);
  assert.equal(streamed.status, 200);
  assert.match(streamed.text, /^data: \{"error": \{.*already running\..*\}\}\n\ndata: \[DONE\]\n\n$/);
  first.destroy();
  const short = { ...REFERENCE_REQUEST, max_tokens: 1 };
  await eventually(async () => (await httpCall(new URL(CHAT, url), short, options)).status === 200);
});

test('a full queue is a 503, as the queue’s own bound or by a fault', async () => {
  const { url } = await quickSimulator({ dialect: 'v0.32', timeScale: 2, maxNumQueuedReqs: 1 });
  const free = await httpCall(
    new URL(CHAT, url),
    { ...REFERENCE_REQUEST, max_tokens: 1 },
    faultHeader('overload,over=1'),
  );
  assert.equal(free.status, 200, 'nothing is in the server yet');
  const first = await begun(url);
  const bound = await httpCall(new URL(CHAT, url), REFERENCE_REQUEST);
  assert.equal(bound.status, 503);
  const fault = await httpCall(new URL(CHAT, url), REFERENCE_REQUEST, faultHeader('overload,over=1'));
  assert.deepEqual([fault.status, fault.text], [503, bound.text]);
  first.destroy();
});

test('an error on demand has its status in each dialect’s form', async () => {
  for (const dialect of ['v0.8.5', 'v0.32', 'rust'] as const) {
    const { url } = await quickSimulator({ dialect });
    const { status, text } = await httpCall(
      new URL(CHAT, url),
      REFERENCE_REQUEST,
      faultHeader('error,status=429'),
    );
    assert.equal(status, 429);
    const document = JSON.parse(text);
    assert.equal((document.error ?? document).message, 'A fault that the simulator was told to make.');
  }
});

test('a refused connection breaks, others find no server for a while', async () => {
  const { url } = await quickSimulator({ timeScale: 10 });
  const send = async (more: object = {}): Promise<number> =>
    (await httpCall(new URL(CHAT, url), REFERENCE_REQUEST, { agent: false, ...more })).status;
  await assert.rejects(send(faultHeader('refuse,ms=2000')), { code: 'ECONNRESET' });
  await assert.rejects(send(), { code: 'ECONNREFUSED' });
  await eventually(async () => (await send().catch(() => 0)) === 200);
});
