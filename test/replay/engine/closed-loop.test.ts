import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/model/clock.ts';
import type { RawResult } from '../../../src/model/result.ts';
import {
  type ClosedLoopLoad,
  type ClosedLoopOutcome,
  runClosedLoop,
} from '../../../src/replay/engine/closed-loop.ts';
import { createConnection } from '../../../src/replay/engine/connection.ts';
import { planClosedLoop } from '../../../src/replay/plan/closed-loop.ts';
import { startLocalServer, unusedUrl } from '../../helpers/local-server.ts';

const REQUESTS = [1, 2, 3].map((exchangeId) => ({
  exchangeId,
  path: '/v1/chat/completions',
  headers: [],
  body: Buffer.from(`{"n":${exchangeId}}`),
  saltAt: null,
  abort: null,
}));

/** Runs a closed loop against `url` and gives what it did and every result. */
async function run(
  url: URL,
  count: number,
  load: Partial<ClosedLoopLoad> & Pick<ClosedLoopLoad, 'plan'>,
): Promise<{ outcome: ClosedLoopOutcome; results: RawResult[] }> {
  const zero = systemClock.nowUs();
  const nowUs = (): number => systemClock.nowUs() - zero;
  const connections = Array.from({ length: count }, () => createConnection(url.origin, nowUs, []));
  const results: RawResult[] = [];
  const outcome = await runClosedLoop({
    requests: REQUESTS,
    connections,
    threads: connections.map((_, i) => i % 2),
    durationUs: null,
    timeoutUs: 10e6,
    nowUs,
    sink: { add: (result) => results.push(result) },
    signal: new AbortController().signal,
    ...load,
  });
  await Promise.all(connections.map((connection) => connection.close()));
  return { outcome, results };
}

test('as many requests as asked, each position once, never more in flight than connections', async () => {
  let inFlight = 0;
  let most = 0;
  const server = await startLocalServer((_request, response) => {
    most = Math.max(most, ++inFlight);
    setTimeout(() => {
      inFlight -= 1;
      response.end('{}');
    }, 5);
  });
  const { outcome, results } = await run(server.url, 4, { plan: planClosedLoop(3, 50) });
  await server.close();
  assert.equal(most, 4);
  assert.deepEqual(
    results.map((result) => result.seq).sort((a, b) => a - b),
    Array.from({ length: 50 }, (_, i) => i),
  );
  assert.ok(results.every((result) => result.exchangeId === (result.seq % 3) + 1));
  assert.ok(results.every((result) => result.thread === result.connection % 2));
  assert.equal(outcome.stoppedEarly, false);
  const last = Math.max(...results.map((result) => result.answer.finishedUs));
  assert.ok(outcome.endedUs >= last && outcome.sendingEndedUs <= outcome.endedUs);
  const busy = results.reduce((sum, { answer, sentUs }) => {
    return sum + Math.max(0, Math.min(answer.finishedUs, outcome.sendingEndedUs) - (sentUs ?? 0));
  }, 0);
  assert.ok(Math.abs(busy - outcome.busyUs) < 5 * 4 * 1000, `${busy} ${outcome.busyUs}`);
});

test('the clock ends the sending, what is in flight drains and counts', async () => {
  const server = await startLocalServer((_request, response) => {
    setTimeout(() => response.end('{}'), 150);
  });
  const { outcome, results } = await run(server.url, 3, {
    plan: planClosedLoop(3, null),
    durationUs: 200_000,
  });
  await server.close();
  assert.equal(outcome.sendingEndedUs, 200_000);
  assert.ok(outcome.endedUs > 200_000);
  assert.ok(
    results.every((result) => result.answer.transport === 'complete' && result.scheduledUs < 200_000),
  );
  assert.ok(
    results.some((result) => result.answer.finishedUs > 200_000),
    'the drained ones are there',
  );
});

test('a request without an answer ends as timeout and the loop goes on', async () => {
  let requests = 0;
  const server = await startLocalServer((_request, response) => {
    if (++requests !== 2) response.end('{}');
  });
  const { results } = await run(server.url, 1, { plan: planClosedLoop(3, 4), timeoutUs: 100_000 });
  await server.close();
  assert.deepEqual(
    results.map((result) => result.answer.transport),
    ['complete', 'timeout', 'complete', 'complete'],
  );
});

test('a stop cuts what is in flight, keeps it, and says so', async () => {
  const stop = new AbortController();
  const server = await startLocalServer((_request, response) => {
    response.write('data: a\n\n');
    setTimeout(() => stop.abort(), 50);
  });
  const { outcome, results } = await run(server.url, 3, {
    plan: planClosedLoop(3, null),
    durationUs: 60e6,
    signal: stop.signal,
  });
  await server.close();
  assert.equal(outcome.stoppedEarly, true);
  assert.ok(outcome.endedUs < 30e6);
  assert.deepEqual(
    results.map((result) => result.answer.transport),
    ['client_aborted', 'client_aborted', 'client_aborted'],
  );
});

test('a stop before the start ends at once', async () => {
  const { outcome } = await run(await unusedUrl(), 2, {
    plan: planClosedLoop(3, null),
    durationUs: 60e6,
    signal: AbortSignal.abort(),
  });
  assert.equal(outcome.stoppedEarly, true);
});

test('a server that is gone is not hammered', async () => {
  const { results } = await run(await unusedUrl(), 2, { plan: planClosedLoop(3, null), durationUs: 350_000 });
  assert.ok(
    results.length >= 4 && results.length <= 8,
    `${results.length} attempts in 350 ms at 100 ms pause`,
  );
  assert.ok(results.every((result) => result.answer.transport === 'unreachable' && result.sentUs === null));
});
