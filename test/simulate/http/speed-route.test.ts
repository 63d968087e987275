import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROFILES } from '../../../src/simulate/profiles/named-profiles.ts';
import { httpCall } from '../../helpers/http-call.ts';
import { sampleValue } from '../../helpers/metrics-page.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';

const profile = { ...PROFILES.constant, ttftMs: 1_000, itlMs: 100 };
const { url } = await quickSimulator({ profile, model: REFERENCE_REQUEST.model });
const speed = new URL('/_speed', url);

async function e2eSeconds(): Promise<number> {
  const page = async () => (await httpCall(new URL('/metrics', url))).text;
  const before = sampleValue(await page(), 'vllm:e2e_request_latency_seconds_sum');
  await httpCall(new URL('/v1/chat/completions', url), { ...REFERENCE_REQUEST, max_tokens: 11 });
  return sampleValue(await page(), 'vllm:e2e_request_latency_seconds_sum') - before;
}

test('a running server is made slower part by part, and set back', async () => {
  assert.equal((await e2eSeconds()).toFixed(6), '2.000000');
  const { text } = await httpCall(speed, { decode: 1.5 });
  assert.deepEqual(JSON.parse(text), { prefill: 1, decode: 1.5, frontEnd: 1 });
  await httpCall(speed, { prefill: 2 });
  assert.deepEqual(JSON.parse((await httpCall(speed)).text), { prefill: 2, decode: 1.5, frontEnd: 1 });
  assert.equal((await e2eSeconds()).toFixed(6), '3.500000');
  await httpCall(speed, null, { method: 'DELETE' });
  assert.equal((await e2eSeconds()).toFixed(6), '2.000000');
});

test('what is no factor is refused in a sentence, and nothing changes', async () => {
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
