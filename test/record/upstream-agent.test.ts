import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AgentOptions, type IncomingMessage, request } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { after, test } from 'node:test';
import { createUpstreamAgent } from '../../src/record/upstream-agent.ts';
import { rawUpstream } from '../helpers/raw-upstream.ts';

test('connections are kept, unlimited, and given up before vLLM closes them', () => {
  const { agent } = createUpstreamAgent(new URL('http://h'), null);
  const { options } = agent as unknown as { readonly options: AgentOptions };
  assert.equal(agent.maxSockets, Number.POSITIVE_INFINITY);
  assert.equal(options.keepAlive, true);
  assert.ok((options.timeout ?? 0) < 5_000);
});

test('https has its own agent', () => {
  assert.ok(createUpstreamAgent(new URL('https://h'), null).agent instanceof HttpsAgent);
  assert.ok(!(createUpstreamAgent(new URL('http://h'), null).agent instanceof HttpsAgent));
});

test('a write that fails does not take away the answer that has come', async () => {
  const { url } = await rawUpstream(
    ({ socket }) => {
      // With unread bytes in it, closing resets the connection.
      socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno', () => socket.destroy());
    },
    { unread: true },
  );
  const { agent } = createUpstreamAgent(url, null);
  after(() => agent.destroy());
  for (let i = 0; i < 5; i++) {
    const call = request(url, { method: 'POST', agent, headers: { 'content-length': 8_000_000 } });
    call.on('error', () => undefined);
    const pump = (): void => {
      if (!call.destroyed) call.write(Buffer.alloc(64 * 1024), () => setImmediate(pump));
    };
    pump();
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    answer.resume().on('error', () => undefined);
    assert.equal(answer.statusCode, 413);
    call.destroy();
  }
});
