import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/model/user-error.ts';
import { httpCall } from '../helpers/http-call.ts';
import { quickSimulator } from '../helpers/quick-simulator.ts';

test('an occupied port is the user’s to mend', async () => {
  const { url } = await quickSimulator();
  await assert.rejects(quickSimulator({ port: Number(url.port) }), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, new RegExp(`^port ${url.port} on 127.0.0.1 is already in use`));
    return true;
  });
});

test('the model can be named', async () => {
  const { url } = await quickSimulator({ model: 'mine' });
  assert.equal(JSON.parse((await httpCall(new URL('/v1/models', url))).text).data[0].id, 'mine');
});
