import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probeTarget } from '../../src/replay/probe-target.ts';
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
