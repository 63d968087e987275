import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resetPrefixCache } from '../../src/replay/reset-prefix-cache.ts';
import { startLocalServer, unusedUrl } from '../helpers/local-server.ts';

/** What is told of a server that answers so. */
async function told(status: number, body: string): Promise<string | null> {
  let asked = '';
  const server = await startLocalServer((request, response) => {
    asked = `${request.method} ${request.url} ${request.headers.authorization}`;
    response.writeHead(status).end(body);
  });
  const why = await resetPrefixCache(server.url.origin, ['authorization', 'Bearer k']);
  await server.close();
  assert.equal(asked, 'POST /reset_prefix_cache Bearer k');
  return why?.replace(server.url.origin, 'HOST') ?? null;
}

test('both ways in which vLLM says that it did', async () => {
  assert.equal(await told(200, ''), null);
  assert.equal(await told(200, '{"success":true}'), null);
});

test('a refusal is a sentence', async () => {
  assert.equal(await told(404, '{"detail":"Not Found"}'), 'HOST answers 404 to POST /reset_prefix_cache');
  assert.equal(await told(200, '{"success": false}'), 'HOST could not reset its prefix cache');
  const { origin } = await unusedUrl();
  assert.match((await resetPrefixCache(origin, [])) ?? '', /does not answer .*ECONNREFUSED/);
});
