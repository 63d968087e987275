import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSenders, type Senders } from '../../../../src/cli/replay/senders/open-senders.ts';
import { systemClock } from '../../../../src/model/clock.ts';
import { UserError } from '../../../../src/model/user-error.ts';
import { startLocalServer, unusedUrl } from '../../../helpers/local-server.ts';
import { LOAD_SPEC } from '../../../helpers/sample-load-spec.ts';
import { tapeLine } from '../../../helpers/tape-line.ts';

const SPEC = { ...LOAD_SPEC, warmup: { requests: 4 } };

async function opened(...args: Parameters<typeof openSenders>): Promise<Senders> {
  const senders = await openSenders(...args);
  assert.ok(senders !== null);
  return senders;
}

test('one thread and several send the same plan, each position once, bodies and instants included', async () => {
  for (const workers of [1, 3]) {
    let requests = 0;
    const server = await startLocalServer((request, response) => {
      if (request.method === 'POST') requests += 1;
      setTimeout(() => response.end('{"a":1}'), 2);
    });
    const { signal } = new AbortController();
    const senders = await opened({ ...SPEC, target: server.url.origin }, workers, signal);
    const tape = tapeLine();
    const { outcome, loop, connectionsOpen } = await senders.run(systemClock.nowUs(), 7, tape);
    senders.close();
    await server.close();
    assert.equal(connectionsOpen, 6);
    assert.equal(requests, 64, 'the warm-up came too');
    assert.deepEqual(
      tape.results.map(({ seq }) => seq).sort((a, b) => a - b),
      Array.from({ length: 60 }, (_, i) => i),
    );
    for (const { answer, sentUs, scheduledUs } of tape.results) {
      assert.equal(Buffer.from(answer.body ?? []).toString(), '{"a":1}');
      assert.ok(scheduledUs >= 0 && scheduledUs <= (sentUs ?? -1) && (sentUs ?? 0) <= answer.finishedUs);
    }
    assert.ok(outcome.endedUs > 0 && !outcome.stoppedEarly);
    assert.ok(loop.loopUtilization > 0);
  }
});

test('a stop reaches every thread', async () => {
  const stop = new AbortController();
  const server = await startLocalServer((request, response) => {
    if (request.method === 'GET') response.end('{}');
    else stop.abort();
  });
  const spec = { ...SPEC, warmup: null, target: server.url.origin };
  const senders = await opened(spec, 2, stop.signal);
  const tape = tapeLine();
  const { outcome } = await senders.run(systemClock.nowUs(), 7, tape);
  senders.close();
  await server.close();
  assert.equal(outcome.stoppedEarly, true);
  assert.ok(
    tape.results.length >= 1 && tape.results.every(({ answer }) => answer.transport === 'client_aborted'),
  );
});

test('a target without a server is a mistake of the user, also from threads', async () => {
  const { origin } = await unusedUrl();
  for (const workers of [1, 2]) {
    const opening = openSenders({ ...SPEC, target: origin }, workers, new AbortController().signal);
    await assert.rejects(
      opening,
      (error) => error instanceof UserError && /cannot reach/.test(error.message),
    );
  }
});

test('a stop while it opens or warms up: nothing is open, and it is not an error', async () => {
  for (const [workers, silent] of [
    [1, 'GET'],
    [2, 'GET'],
    [1, 'POST'],
    [2, 'POST'],
  ] as const) {
    const stop = new AbortController();
    const server = await startLocalServer((request, response) => {
      if (request.method === silent) stop.abort();
      else response.end('{}');
    });
    assert.equal(await openSenders({ ...SPEC, target: server.url.origin }, workers, stop.signal), null);
    await server.close();
  }
});

test('more workers than connections: those that would have none are not started', async (t) => {
  const server = await startLocalServer((request, response) =>
    request.resume().on('end', () => response.end('{}')),
  );
  t.after(() => server.close());
  const spec = { ...SPEC, target: server.url.origin };
  for (const [cell, semantics, expected] of [
    [{ threads: 1, connections: 2 }, 'drain', 2],
    [{ threads: 1, connections: 1 }, 'drain', 1],
    [{ threads: 2, connections: 3 }, 'wrk', 2],
  ] as const) {
    const load = { kind: 'closed', semantics } as const;
    const senders = await opened({ ...spec, cell, load }, 4, new AbortController().signal);
    const tape = tapeLine();
    const { connectionsOpen } = await senders.run(systemClock.nowUs(), 7, tape);
    assert.deepEqual([senders.workers, connectionsOpen], [expected, expected]);
    assert.equal(tape.results.length, 60);
    senders.close();
  }
});

test('connections that were closed before the start are reported, and are opened again by a refresh', async (t) => {
  let keep = false;
  const server = await startLocalServer((request, response) => {
    if (!keep) response.setHeader('connection', 'close');
    request.resume().on('end', () => response.end('{}'));
  });
  t.after(() => server.close());
  for (const workers of [1, 2]) {
    for (const refreshed of [false, true]) {
      keep = false;
      const spec = { ...SPEC, warmup: null, target: server.url.origin };
      const senders = await opened(spec, workers, new AbortController().signal);
      keep = true;
      if (refreshed) assert.equal(await senders.refresh(), true);
      const { connectionsOpen } = await senders.run(systemClock.nowUs(), 7, tapeLine());
      assert.equal(connectionsOpen, refreshed ? 6 : 0);
      senders.close();
    }
  }
});

test('a target that is gone before the start is the user mistake', async () => {
  for (const workers of [1, 2]) {
    const server = await startLocalServer((request, response) => {
      response.setHeader('connection', 'close');
      request.resume().on('end', () => response.end('{}'));
    });
    const spec = { ...SPEC, warmup: null, target: server.url.origin };
    const senders = await opened(spec, workers, new AbortController().signal);
    await server.close();
    await assert.rejects(
      senders.refresh(),
      (error) => error instanceof UserError && /cannot reach/.test(error.message),
    );
    senders.close();
  }
});

test('a thread that dies ends the run with its reason, and the other threads with it', async (t) => {
  const server = await startLocalServer((request, response) =>
    request.resume().on('end', () => response.end('{}')),
  );
  t.after(() => server.close());
  const arrivals = { kind: 'constant', ratePerSec: 100 } as const;
  const senders = await opened(
    {
      ...SPEC,
      target: server.url.origin,
      load: { kind: 'open', arrivals, maxInFlight: null },
      plan: { ...SPEC.plan, arrivals, conversations: [[{ request: 9, arrivedUs: 0, finishedUs: 0 }]] },
      warmup: null,
    },
    2,
    new AbortController().signal,
  );
  await assert.rejects(senders.run(systemClock.nowUs(), 7, tapeLine()), (error: Error) => {
    assert.match(error.stack ?? '', /the plan asks for a request that is not there\n.*open-loop/s);
    return !(error instanceof UserError);
  });
  await assert.rejects(senders.refresh(), /not there/);
  senders.close();
});
