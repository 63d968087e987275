import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProxyThreads } from '../../../src/cli/record/proxy-threads.ts';
import type { ExchangeEnd, ExchangeStart } from '../../../src/model/exchange.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { eventually, httpCall } from '../../helpers/http-call.ts';
import { startLocalServer } from '../../helpers/local-server.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';

async function threads(upstream: URL, port = 0) {
  const starts: ExchangeStart[] = [];
  const ends: ExchangeEnd[] = [];
  const refusal: { why: string | null } = { why: null };
  const front = await startProxyThreads({
    threads: 3,
    upstream: upstream.href,
    host: '127.0.0.1',
    port,
    paths: ['/v1/chat/completions'],
    redactHeaders: ['x-mine'],
    hashKey: Buffer.from('key'),
    tls: null,
    upstreamCa: null,
    maxBodyBytes: 1e6,
    sink: { start: (start) => starts.push(start), part: () => undefined, end: (end) => ends.push(end) },
    refuseRecorded: () => refusal.why,
    onDeath: assert.fail,
  });
  return { front, starts, ends, refusal };
}

test('all threads serve one port; no two exchanges share a number; secrets stay in their thread', async () => {
  const { url: upstream } = await quickSimulator();
  const { front, starts, ends } = await threads(upstream);
  const chat = new URL('/v1/chat/completions', front.url);
  // A connection each, so that the kernel deals them out.
  const options = {
    agent: false,
    headers: { 'content-type': 'application/json', 'X-Mine': 'PLANTED' },
  } as const;
  const answers = await Promise.all(
    Array.from({ length: 60 }, () =>
      httpCall(chat, { ...REFERENCE_REQUEST, stream: true, max_tokens: 5 }, options),
    ),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  await eventually(() => ends.length === 60);
  assert.equal(new Set(starts.map(({ number }) => number)).size, 60);
  assert.deepEqual(
    new Set(starts.map(({ number }) => number % 3)),
    new Set([0, 1, 2]),
    'every thread had some',
  );
  assert.equal(JSON.stringify(starts).includes('PLANTED'), false);
  for (const { answer } of ends) assert.ok(Buffer.from(answer.body ?? []).includes('[DONE]'));
  await eventually(() => front.stats().requests === 60 && front.stats().inFlight === 0);
  await front.close(1_000);
  assert.equal(front.stats().recorded, 60);
  await assert.rejects(httpCall(chat, REFERENCE_REQUEST));
});

test('what must be refused is refused by every thread, and no longer when it need not', async () => {
  const { url: upstream } = await quickSimulator();
  const { front, refusal } = await threads(upstream);
  const chat = new URL('/v1/chat/completions', front.url);
  const statuses = async (): Promise<string> => {
    const calls = Array.from({ length: 12 }, () => httpCall(chat, REFERENCE_REQUEST, { agent: false }));
    return [...new Set((await Promise.all(calls)).map(({ status }) => status))].join();
  };
  refusal.why = 'the disk is full';
  await eventually(async () => (await statuses()) === '503');
  refusal.why = null;
  await eventually(async () => (await statuses()) === '200');
  await front.close(1_000);
});

test('a port that is taken is the user mistake', async () => {
  const taken = await startLocalServer((_request, response) => response.end());
  await assert.rejects(threads(taken.url, Number(taken.url.port)), (error) => {
    return error instanceof UserError && /already in use/.test(error.message);
  });
  await taken.close();
});
