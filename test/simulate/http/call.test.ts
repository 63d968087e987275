import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dialect } from '../../../src/simulate/dialect.ts';
import { type Call, createCall } from '../../../src/simulate/http/call.ts';
import { OVERLOADED } from '../../../src/simulate/requests/generation-request.ts';
import { startLocalServer } from '../../helpers/local-server.ts';
import { type RawRequest, rawExchange } from '../../helpers/raw-exchange.ts';

/** The answer's bytes to a request that `act` answers. */
async function called(
  dialect: Dialect,
  withIdHeader: boolean,
  request: Partial<RawRequest>,
  act: (call: Call) => void,
): Promise<string> {
  const { url, close } = await startLocalServer((message, response) =>
    act(createCall(message, 'the body', response, dialect, withIdHeader)),
  );
  const answer = await rawExchange(url, { method: 'GET', path: '/', ...request });
  await close();
  return answer.toString();
}

test('path and query are apart; the body is there', async () => {
  await called('v0.32', false, { path: '/server_info?config_format=json&x' }, (call) => {
    assert.deepEqual(
      [call.path, call.query.get('config_format'), call.text],
      ['/server_info', 'json', 'the body'],
    );
    call.send(200, null, '');
  });
});

test('the id header is the client’s, or a new one, or none', async () => {
  const headers = { 'X-Request-Id': 'mine' };
  const send = (call: Call): void => call.send(200, 'application/json', '{}');
  assert.match(await called('v0.32', true, { headers }, send), /\r\nx-request-id: mine\r\n/);
  assert.match(await called('v0.32', true, {}, send), /\r\nx-request-id: [0-9a-f]{32}\r\n/);
  assert.doesNotMatch(await called('v0.32', false, { headers }, send), /x-request-id/);
});

test('a refusal is the dialect’s, with more in the head where a route has more to say', async () => {
  const refuse = (call: Call): void => call.refuse(OVERLOADED);
  assert.match(
    await called('rust', false, {}, refuse),
    /^HTTP\/1\.1 503 Service Unavailable\r\n[\s\S]*"type":"server_error"/,
  );
  const moved = await called('v0.32', false, {}, (call) => call.send(307, null, '', { location: '/y' }));
  assert.match(moved, /\r\nlocation: \/y\r\n/);
});
