import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpCall } from '../../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';

const { url } = await quickSimulator();
const faults = new URL('/_faults', url);
const chat = async (): Promise<number> =>
  (await httpCall(new URL('/v1/chat/completions', url), REFERENCE_REQUEST)).status;

test('faults are put in force, counted and cleared while it runs', async () => {
  assert.deepEqual(JSON.parse((await httpCall(faults)).text), []);
  const { status, text } = await httpCall(faults, ['error,status=502']);
  assert.deepEqual([status, JSON.parse(text)[0].kind], [200, 'error']);
  assert.deepEqual([await chat(), await chat()], [502, 502]);
  assert.equal(JSON.parse((await httpCall(faults)).text)[0].met, 2);
  assert.equal((await httpCall(faults, null, { method: 'DELETE' })).text, '[]');
  assert.equal(await chat(), 200);
});

test('a list with a fault that is none changes nothing and says why', async () => {
  await httpCall(faults, [{ kind: 'error', status: 500 }]);
  for (const body of ['[', '"cut"', '["crash"]']) {
    const { status, text } = await httpCall(faults, body);
    assert.deepEqual([status, typeof JSON.parse(text).error], [400, 'string'], body);
  }
  assert.equal(await chat(), 500);
});
