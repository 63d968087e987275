import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/model/user-error.ts';
import { DIALECTS } from '../../src/simulate/dialect.ts';
import { PROFILES } from '../../src/simulate/profiles/profiles.ts';
import { httpCall } from '../helpers/http-call.ts';
import { parseMetrics, sampleValue } from '../helpers/metrics-page.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';

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

test('every dialect has its page of metrics, with its content type and what happened', async () => {
  for (const dialect of DIALECTS) {
    const { url, lateness } = await quickSimulator({ dialect });
    await httpCall(new URL('/v1/chat/completions', url), REFERENCE_REQUEST);
    const { text, rawHeaders } = await httpCall(new URL('/metrics', url));
    const type = rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'content-type') + 1] ?? '';
    assert.equal(type.startsWith('application/openmetrics-text'), dialect === 'rust');
    assert.ok(parseMetrics(text).size > 20);
    assert.equal(sampleValue(text, 'vllm:generation_tokens_total'), 50);
    assert.equal(sampleValue(text, 'vllm:request_success_total', { finished_reason: 'length' }), 1);
    assert.equal(lateness().count, 50);
  }
});

test('a scaled server reports the times that its clients see', async () => {
  const profile = { ...PROFILES.constant, ttftMs: 1_000, itlMs: 100 };
  const { url } = await quickSimulator({ profile, timeScale: 50, model: REFERENCE_REQUEST.model });
  await httpCall(new URL('/v1/chat/completions', url), { ...REFERENCE_REQUEST, max_tokens: 11 });
  const { text } = await httpCall(new URL('/metrics', url));
  const seconds = (name: string): number => sampleValue(text, `${name}_sum`);
  for (const [name, modelSec] of [
    ['vllm:time_to_first_token_seconds', 1],
    ['vllm:inter_token_latency_seconds', 1],
    ['vllm:e2e_request_latency_seconds', 2],
  ] as const) {
    assert.ok(Math.abs(seconds(name) - modelSec / 50) < 1e-9, name);
  }
});
