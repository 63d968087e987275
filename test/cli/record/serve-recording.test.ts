import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openRecording, serveRecording } from '../../../src/cli/record/open-recording.ts';
import { createLog } from '../../../src/cli/terminal/terminal.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { createRecorderMetrics } from '../../../src/record/recorder-metrics.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { givenRecord } from '../../helpers/given-options.ts';
import { eventually, httpCall } from '../../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

async function serve(name: string, options: Parameters<typeof givenRecord>[0]) {
  const { url } = await quickSimulator();
  const settings = givenRecord({ upstream: url.href, listen: '127.0.0.1:0', ...options });
  const metrics = createRecorderMetrics();
  const tapes = await openRecording(settings, join(folder, name), createLog(false), metrics.add);
  const stopping = new AbortController();
  const served = serveRecording(settings, tapes, metrics, createLog(false), stopping.signal);
  return { served, tapes, stopping };
}

for (const workers of ['1', '3']) {
  test(`with ${workers} proxy thread(s) the same stands on the tape and at the admin port`, async () => {
    const { served, tapes, stopping } = await serve(`${workers}.sqlite`, { workers, admin: '127.0.0.1:0' });
    const { proxies, admin } = await served;
    const chat = new URL('/v1/chat/completions', proxies.url);
    const options = {
      agent: false,
      headers: { 'content-type': 'application/json', authorization: 'Bearer PLANTED' },
    } as const;
    const calls = Array.from({ length: 12 }, (_, i) =>
      httpCall(chat, { ...REFERENCE_REQUEST, stream: i % 2 === 0 }, options),
    );
    for (const { status } of await Promise.all(calls)) assert.equal(status, 200);
    const page = async (): Promise<string> => (await httpCall(new URL('/metrics', admin?.url))).text;
    await eventually(async () => (await page()).includes('\nreprise_exchanges_total{outcome="ok"} 12\n'));
    await eventually(async () => (await page()).includes('\nreprise_requests_total 12\n'));
    assert.equal((await httpCall(new URL('/readyz', admin?.url))).status, 200);
    stopping.abort();
    assert.equal((await httpCall(new URL('/readyz', admin?.url))).status, 503);
    await proxies.close(1_000);
    await tapes.close();
    await admin?.close();
    const tape = openTape(tapes.path());
    const exchanges = [...tape.exchanges()];
    tape.close();
    assert.deepEqual(
      new Set(exchanges.map(({ outcome, completionTokens }) => `${outcome} ${completionTokens}`)),
      new Set(['ok 50']),
    );
    assert.equal(exchanges.length, 12);
    const marks = exchanges.map(({ requestHeaders }) =>
      requestHeaders.find((part) => part.startsWith('[redacted')),
    );
    assert.equal(new Set(marks).size, 1, 'threads give equal credentials equal marks');
  });
}

test('an admin port that is taken gives the traffic port back', async () => {
  const first = await serve('first.sqlite', { admin: '127.0.0.1:0' });
  const { proxies, admin } = await first.served;
  const second = await serve('second.sqlite', { admin: admin?.url.host ?? '' });
  await assert.rejects(second.served, (error) => error instanceof UserError && /--admin/.test(error.message));
  await second.tapes.close();
  await proxies.close(0);
  await admin?.close();
  await first.tapes.close();
});
