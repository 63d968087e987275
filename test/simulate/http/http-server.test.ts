import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { UserError } from '../../../src/model/user-error.ts';
import { type HttpServerOptions, startHttpServer } from '../../../src/simulate/http/http-server.ts';
import { eventually, httpCall } from '../../helpers/http-call.ts';

async function started(options: Partial<HttpServerOptions> = {}) {
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: null,
    answer: (_request, body, response) => response.end(body ?? 'too long'),
    ...options,
  });
  after(() => server.close());
  return server;
}

test('a body is handed over whole, characters that were cut on the way put together', async () => {
  const { url } = await started();
  const text = '你好🌾'.repeat(100_000);
  assert.equal((await httpCall(url, text)).text, text);
});

test('a body above the limit is refused as too long', async () => {
  const { url } = await started({ maxBodyBytes: 10 });
  assert.equal((await httpCall(url, '0123456789')).text, '0123456789');
  assert.equal((await httpCall(url, '0123456789+')).text, 'too long');
});

test('it refuses connections for a while and then takes them again on the same port', async () => {
  const server = await started();
  server.refuse(150);
  await assert.rejects(httpCall(server.url, 'x', { agent: false }), { code: 'ECONNREFUSED' });
  server.refuse(60_000); // It refuses already.
  await eventually(
    async () => (await httpCall(server.url, 'x', { agent: false }).catch(() => null)) !== null,
  );
});

test('it closes while it refuses', async () => {
  const server = await started();
  server.refuse(60_000);
  await server.close();
  await assert.rejects(httpCall(server.url, 'x', { agent: false }), { code: 'ECONNREFUSED' });
});

test('a port that is taken is the user’s to mend', async () => {
  const { url } = await started();
  await assert.rejects(started({ port: Number(url.port) }), UserError);
});
