import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseFault } from '../../src/simulate/faults/fault.ts';
import type { Simulator } from '../../src/simulate/start-simulator.ts';
import { CONFORMANCE_CASES, type ConformanceCase } from '../helpers/conformance-cases.ts';
import { A40, quickSimulator } from '../helpers/quick-simulator.ts';
import { rawExchange } from '../helpers/raw-exchange.ts';
import { wireShape } from '../helpers/wire-shape.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
/** The length of the recorded server's context. */
const PROFILE = { ...A40, maxModelLen: 2_048 };

const servers = new Map<string, Promise<Simulator>>();

/** One simulator for each configuration that was recorded. */
function serverOf({ dialect, flags, fault }: ConformanceCase): Promise<Simulator> {
  const key = JSON.stringify([dialect, flags, fault]);
  const known = servers.get(key);
  if (known !== undefined) return known;
  const parsed = fault === undefined ? [] : [parseFault(fault)];
  const faults = parsed.filter((one) => typeof one !== 'string');
  const server = quickSimulator({ profile: PROFILE, model: 'tiny', timeScale: 500, dialect, flags, faults });
  servers.set(key, server);
  return server;
}

// Started outside of the tests, so that they live until the last of them.
await Promise.all(CONFORMANCE_CASES.map(serverOf));

for (const one of CONFORMANCE_CASES) {
  test(`${one.fixture}: what vLLM 0.32 was recorded answering`, async () => {
    const recorded = wireShape(readFileSync(new URL(`${one.fixture}.http`, FIXTURES)));
    const { url } = await serverOf(one);
    // The cases that tell of cached tokens were not the first with their prompt.
    if (/cached_tokens/.test(recorded.body.join(''))) await rawExchange(url, one.request);
    assert.deepEqual(wireShape(await rawExchange(url, one.request)), recorded);
  });
}

/** Answers that the readers of `src/chat` are tested with; for those in `apis` it is known what was asked. */
const FOR_READERS = /^vllm-0\.32\.0\/(err_)?(messages|responses)(_|$)/;

test('no recorded answer is left out', () => {
  const folders = [
    'vllm-0.32.0',
    'vllm-0.32.0/apis',
    'vllm-0.32.0/more',
    'vllm-0.32.0-rust',
    'vllm-0.32.0-rust/more',
  ];
  const left = folders.flatMap((folder) =>
    readdirSync(new URL(folder, FIXTURES))
      .filter((file) => file.endsWith('.http'))
      .map((file) => `${folder}/${file.replace(/\.http$/, '')}`)
      .filter(
        (name) => !FOR_READERS.test(name) && !CONFORMANCE_CASES.some(({ fixture }) => fixture === name),
      ),
  );
  assert.deepEqual(left, []);
});

test('the APIs that a front end has not are unknown paths', async () => {
  const { url } = await quickSimulator({ dialect: 'v0.8.5' });
  for (const path of ['/v1/responses', '/v1/messages', '/v1/messages/count_tokens', '/v1/embeddings']) {
    const answer = await rawExchange(url, { method: 'POST', path, body: {} });
    assert.match(answer.toString(), /^HTTP\/1\.1 404 Not Found\r\n[\s\S]*\r\n\r\n\{"detail":"Not Found"\}$/);
  }
});
