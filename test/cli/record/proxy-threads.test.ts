import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProxies } from '../../../src/cli/record/proxy-threads.ts';
import type { TapeSeries } from '../../../src/cli/record/tape-series.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { eventually, httpCall } from '../../helpers/http-call.ts';
import { startLocalServer } from '../../helpers/local-server.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';
import { tapeLine } from '../../helpers/tape-line.ts';

type Join = Pick<TapeSeries, 'join'>;

/** A series of one tape that nothing is written to disk of. */
function oneTape(): Join & ReturnType<typeof tapeLine> & { readonly left: number[] } {
  const line = tapeLine();
  const left: number[] = [];
  return {
    ...line,
    left,
    join(enter) {
      void enter(1, 7, line.connect());
      return { left: (number) => void left.push(number), leaveAll: () => undefined };
    },
  };
}

function start(upstream: URL, tapes: Join, workers: number, changes: object = {}) {
  const settings = {
    upstream: upstream.href,
    host: '127.0.0.1',
    port: 0,
    paths: ['/v1/chat/completions'],
    redactHeaders: ['x-mine'],
    hashKey: Buffer.from('key'),
    tls: null,
    upstreamCa: null,
    maxResentBytes: 1_000,
    maxBodyBytes: 1e6,
    failClosed: false,
    namesUpstream: false,
    maxConnections: null,
    watchLoop: true,
    ...changes,
  };
  return startProxies(settings, workers, tapes, assert.fail);
}

for (const workers of [1, 3]) {
  test(`${workers} on one port: no two exchanges share a number, secrets stay in their thread, all is on the tape at the end`, async () => {
    const { url: upstream } = await quickSimulator();
    const tapes = oneTape();
    const proxies = await start(upstream, tapes, workers);
    const chat = new URL('/v1/chat/completions', proxies.url);
    // A connection each, so that the kernel deals them out.
    const options = {
      agent: false,
      headers: { 'content-type': 'application/json', 'X-Mine': 'PLANTED' },
    } as const;
    const answers = await Promise.all(
      Array.from({ length: 60 }, () =>
        httpCall(chat, { ...REFERENCE_REQUEST, stream: true, max_tokens: 5 }, options),
      ),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    await eventually(() => proxies.stats().requests === 60 && proxies.stats().inFlight === 0);
    await proxies.close(1_000);
    assert.equal(proxies.stats().recorded, 60);
    assert.equal(tapes.left.length, workers);
    await assert.rejects(httpCall(chat, REFERENCE_REQUEST));

    const starts = tapes.records.flatMap((record) =>
      record.kind === 'exchange-start' ? [record.start] : [],
    );
    const ends = tapes.records.flatMap((record) => (record.kind === 'exchange-end' ? [record.end] : []));
    assert.equal(new Set(starts.map(({ number }) => number)).size, 60);
    assert.equal(
      new Set(starts.map(({ number }) => number % workers)).size,
      workers,
      'every thread had some',
    );
    assert.deepEqual(new Set(ends.map(({ number }) => number)), new Set(starts.map(({ number }) => number)));
    assert.equal(JSON.stringify(starts).includes('PLANTED'), false);
    for (const { answer } of ends) assert.ok(Buffer.from(answer.body ?? []).includes('[DONE]'));
  });

  test(`${workers} that must record all: nothing is passed while nothing can be written`, async () => {
    const { url: upstream } = await quickSimulator();
    const tapes = oneTape();
    const proxies = await start(upstream, tapes, workers, { failClosed: true });
    const chat = new URL('/v1/chat/completions', proxies.url);
    const statuses = async (): Promise<string> => {
      const calls = Array.from({ length: 12 }, () => httpCall(chat, REFERENCE_REQUEST, { agent: false }));
      return [...new Set((await Promise.all(calls)).map(({ status }) => status))].join();
    };
    assert.equal(await statuses(), '200');
    tapes.counters.setFailing(true);
    assert.equal(await statuses(), '503');
    tapes.counters.setFailing(false);
    assert.equal(await statuses(), '200');
    await proxies.close(1_000);
  });
}

test('a port that is taken is the user mistake', async () => {
  const taken = await startLocalServer((_request, response) => response.end());
  for (const workers of [1, 3]) {
    const starting = start(taken.url, oneTape(), workers, { port: Number(taken.url.port) });
    await assert.rejects(starting, (error) => {
      return error instanceof UserError && /already in use/.test(error.message);
    });
  }
  await taken.close();
});
