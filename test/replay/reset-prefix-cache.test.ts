import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CacheRefusal } from '../../src/model/traffic-note.ts';
import { resetPrefixCache } from '../../src/replay/reset-prefix-cache.ts';
import { startLocalServer, unusedUrl } from '../helpers/local-server.ts';

/** What is told of a server that answers so. */
async function told(status: number, body: string): Promise<CacheRefusal | null> {
  let asked = '';
  const server = await startLocalServer((request, response) => {
    asked = `${request.method} ${request.url} ${request.headers.authorization}`;
    response.writeHead(status).end(body);
  });
  const why = await resetPrefixCache(server.url.origin, ['authorization', 'Bearer k']);
  await server.close();
  assert.equal(asked, 'POST /reset_prefix_cache Bearer k');
  return why;
}

test('both ways in which vLLM says that it did', async () => {
  assert.equal(await told(200, ''), null);
  assert.equal(await told(200, '{"success":true}'), null);
});

test('a refusal is a note', async () => {
  assert.deepEqual(await told(404, '{"detail":"Not Found"}'), { kind: 'status', status: 404 });
  assert.deepEqual(await told(200, '{"success": false}'), { kind: 'failed' });
  const { origin } = await unusedUrl();
  const gone = await resetPrefixCache(origin, []);
  assert.ok(gone?.kind === 'noAnswer' && /ECONNREFUSED/.test(gone.error));
});
