import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROFILES } from '../../../src/simulate/profiles/profiles.ts';
import { httpCall } from '../../helpers/http-call.ts';
import { sampleValue } from '../../helpers/metrics-page.ts';
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

test('a list with an unknown fault changes nothing and says why', async () => {
  await httpCall(faults, [{ kind: 'error', status: 500 }]);
  for (const body of ['[', '"cut"', '["crash"]']) {
    const { status, text } = await httpCall(faults, body);
    assert.deepEqual([status, typeof JSON.parse(text).error], [400, 'string'], body);
  }
  assert.equal(await chat(), 500);
});

const profile = { ...PROFILES.constant, ttftMs: 1_000, itlMs: 100 };
const timed = await quickSimulator({ profile, timeScale: 50, model: REFERENCE_REQUEST.model });
const speed = new URL('/_speed', timed.url);

async function e2eSeconds(): Promise<number> {
  const page = async () => (await httpCall(new URL('/metrics', timed.url))).text;
  const before = sampleValue(await page(), 'vllm:e2e_request_latency_seconds_sum');
  await httpCall(new URL('/v1/chat/completions', timed.url), { ...REFERENCE_REQUEST, max_tokens: 11 });
  return sampleValue(await page(), 'vllm:e2e_request_latency_seconds_sum') - before;
}

test('a running server is made slower part by part, and set back', async () => {
  assert.equal((await e2eSeconds()).toFixed(6), '0.040000');
  const { text } = await httpCall(speed, { decode: 1.5 });
  assert.deepEqual(JSON.parse(text), { prefill: 1, decode: 1.5, frontEnd: 1 });
  await httpCall(speed, { prefill: 2 });
  assert.deepEqual(JSON.parse((await httpCall(speed)).text), { prefill: 2, decode: 1.5, frontEnd: 1 });
  assert.equal((await e2eSeconds()).toFixed(6), '0.070000');
  await httpCall(speed, null, { method: 'DELETE' });
  assert.equal((await e2eSeconds()).toFixed(6), '0.040000');
});

test('an invalid factor is refused in a sentence, and nothing changes', async () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    ['{', /the body must be an object like/],
    [[1], /the body must be an object like/],
    [{ decode: 2, speed: 1 }, /speed is not one of prefill, decode, frontEnd/],
    [{ decode: 0 }, /decode is 0: it must be a number above 0/],
    [{ prefill: '2' }, /prefill is "2"/],
  ];
  for (const [body, words] of cases) {
    const { status, text } = await httpCall(speed, body);
    assert.equal(status, 400);
    assert.match(JSON.parse(text).error, words);
  }
  assert.deepEqual(JSON.parse((await httpCall(speed)).text), { prefill: 1, decode: 1, frontEnd: 1 });
});
