import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/model/user-error.ts';
import { startAdminServer } from '../../src/record/admin-server.ts';
import { httpCall } from '../helpers/http-call.ts';

test('metrics, liveness and readiness, and nothing else', async () => {
  let why: string | null = null;
  const admin = await startAdminServer('127.0.0.1', 0, { metrics: async () => 'x 1\n', notReady: () => why });
  const get = async (path: string) => {
    const { status, text } = await httpCall(new URL(path, admin.url));
    return [status, text];
  };
  assert.deepEqual(await get('/metrics'), [200, 'x 1\n']);
  assert.deepEqual(await get('/healthz'), [200, 'ok\n']);
  assert.deepEqual(await get('/readyz'), [200, 'ok\n']);
  why = 'the disk is full';
  assert.deepEqual(await get('/readyz?x=1'), [503, 'the disk is full\n']);
  assert.deepEqual(await get('/healthz'), [200, 'ok\n']);
  assert.equal((await get('/'))[0], 404);
  assert.equal((await httpCall(new URL('/metrics', admin.url), {})).status, 405);
  const named = async (host: string): Promise<number> =>
    (await httpCall(new URL('/metrics', admin.url), null, { headers: { host } })).status;
  assert.equal(await named('attacker.example:9090'), 421, 'a name that was made to lead here');
  assert.deepEqual(
    [await named('localhost:9090'), await named('[::1]:1'), await named('10.0.0.1')],
    [200, 200, 200],
  );
  await admin.close();
  await assert.rejects(get('/healthz'));
});

test('an occupied port names its option', async () => {
  const pages = { metrics: async () => '', notReady: () => null };
  const admin = await startAdminServer('127.0.0.1', 0, pages);
  await assert.rejects(startAdminServer('127.0.0.1', Number(admin.url.port), pages), (error) => {
    return error instanceof UserError && /in use: .*--admin/.test(error.message);
  });
  await admin.close();
});
