import assert from 'node:assert/strict';
import type { Agent, AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { test } from 'node:test';
import { createUpstreamAgent } from '../../src/record/upstream-agent.ts';

test('connections are kept, unlimited, and given up before vLLM closes them', () => {
  const agent = createUpstreamAgent(new URL('http://h')) as Agent & { readonly options: AgentOptions };
  assert.equal(agent.maxSockets, Number.POSITIVE_INFINITY);
  assert.equal(agent.options.keepAlive, true);
  assert.ok((agent.options.timeout ?? 0) < 5_000);
});

test('https has its own agent', () => {
  assert.ok(createUpstreamAgent(new URL('https://h')) instanceof HttpsAgent);
  assert.ok(!(createUpstreamAgent(new URL('http://h')) instanceof HttpsAgent));
});
