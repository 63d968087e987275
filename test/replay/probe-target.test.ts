import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CacheRefusal } from '../../src/model/note.ts';
import { probeTarget, resetPrefixCache } from '../../src/replay/probe-target.ts';
import { startLocalServer, unusedUrl } from '../helpers/local-server.ts';

test('what the server offers is kept, what it does not is left out', async () => {
  let key: string | undefined;
  const server = await startLocalServer((request, response) => {
    key = request.headers.authorization;
    if (request.url === '/version') response.end('{"version":"0.8.5"}');
    else if (request.url === '/metrics') response.end('# TYPE x counter\n');
    else response.writeHead(404).end();
  });
  const states = await probeTarget(server.url.origin, 'start', ['authorization', 'Bearer k'], () => 42);
  await server.close();
  assert.equal(key, 'Bearer k');
  assert.deepEqual(states, [
    { edge: 'start', kind: 'version', takenAtMs: 42, status: 200, body: '{"version":"0.8.5"}' },
    { edge: 'start', kind: 'metrics', takenAtMs: 42, status: 200, body: '# TYPE x counter\n' },
  ]);
});

test('a server that is not there has nothing to say', async () => {
  assert.deepEqual(await probeTarget((await unusedUrl()).origin, 'end', [], () => 0), []);
});

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
