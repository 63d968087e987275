import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { httpCall } from '../../helpers/http-call.ts';
import { startCli } from '../../helpers/run-cli.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const tape = join(tempFolder(), 'sample.sqlite');
copyFileSync(SAMPLE_TAPE, tape);

test('one Ctrl-C ends it while a browser follows and a page is being made', async () => {
  const cli = startCli(['serve', tape, '--listen', '127.0.0.1:0']);
  const url = new URL(await cli.says(/can be looked at on (\S+),/));
  assert.equal((await httpCall(url)).status, 200);
  const call = request(new URL('/events', url)).on('error', () => undefined);
  call.end();
  const [events] = (await once(call, 'response')) as [IncomingMessage];
  events.on('error', () => undefined).resume();
  const unfinished = httpCall(new URL('/report?tape=sample.sqlite&runs=before', url)).catch(() => null);
  cli.interrupt();
  const { code, stdout } = await cli.ended;
  assert.deepEqual([code, stdout], [0, '']);
  await unfinished;
});

test('beyond the loopback interface the printed token is required', async () => {
  const cli = startCli(['serve', tape, '--listen', '0.0.0.0:0']);
  const url = new URL(await cli.says(/can be looked at on (\S+),/));
  assert.match(url.searchParams.get('token') ?? '', /^[0-9a-f]{32}$/);
  url.hostname = '127.0.0.1';
  assert.equal((await httpCall(new URL('/', url))).status, 401);
  const { status, rawHeaders } = await httpCall(url);
  assert.equal(status, 303);
  const cookie = rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'set-cookie') + 1] ?? '';
  const page = await httpCall(new URL('/', url), null, { headers: { cookie: cookie.split(';')[0] ?? '' } });
  assert.equal(page.status, 200);
  cli.interrupt();
  assert.equal((await cli.ended).code, 0);
});
