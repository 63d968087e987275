import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock, systemTimers } from '../../../src/model/clock.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { createConnection } from '../../../src/replay/engine/connection.ts';
import { openConnections } from '../../../src/replay/engine/open-connections.ts';
import { createReadCoalescing } from '../../../src/replay/engine/read-coalescing.ts';
import { startLocalServer, unusedUrl } from '../../helpers/local-server.ts';

const NEVER = new AbortController().signal;

const connectionsTo = (url: URL, count: number) =>
  Array.from({ length: count }, () =>
    createConnection(url, systemClock.nowUs, createReadCoalescing(systemTimers)),
  );

test('each is opened with one cheap request that carries the headers', async () => {
  const seen: unknown[] = [];
  const server = await startLocalServer((request, response) => {
    seen.push([request.method, request.url, request.headers.authorization]);
    response.end('{}');
  });
  const connections = connectionsTo(server.url, 5);
  assert.equal(
    await openConnections(server.url, connections, ['authorization', 'Bearer k'], systemTimers, 5e6, NEVER),
    5,
  );
  assert.deepEqual(
    seen,
    Array.from({ length: 5 }, () => ['GET', '/v1/models', 'Bearer k']),
  );
  for (const connection of connections) connection.close();
  await server.close();
});

test('those that the server does not take are not counted', async () => {
  let sockets = 0;
  const server = await startLocalServer((_request, response) => response.end('{}'));
  server.server.on('connection', (socket) => {
    if (++sockets > 3) socket.destroy();
  });
  const connections = connectionsTo(server.url, 5);
  assert.equal(await openConnections(server.url, connections, [], systemTimers, 5e6, NEVER), 3);
  for (const connection of connections) connection.close();
  await server.close();
});

test('a target without a server is a mistake of the user, in one sentence', async () => {
  const url = await unusedUrl();
  await assert.rejects(openConnections(url, connectionsTo(url, 2), [], systemTimers, 5e6, NEVER), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(
      error.message,
      `cannot reach ${url.origin} (connection refused): start the server or check --target`,
    );
    return true;
  });
});

test('a target that takes connections and does not answer, or that is given up: one sentence, not for ever', async () => {
  const server = await startLocalServer(() => undefined);
  const { origin } = server.url;
  const refused = (timeoutUs: number, signal: AbortSignal, why: string) =>
    assert.rejects(
      openConnections(server.url, connectionsTo(server.url, 2), [], systemTimers, timeoutUs, signal),
      {
        name: 'UserError',
        message: `cannot reach ${origin} (${why}): start the server or check --target`,
      },
    );
  await refused(50_000, NEVER, 'no answer in 0.05 s');
  await refused(60e6, AbortSignal.timeout(50), 'stopped before it answered');
  await refused(60e6, AbortSignal.abort(), 'stopped before it answered');
  await server.close();
});
