import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { systemClock } from '../../../src/model/clock.ts';
import type { RawResult } from '../../../src/model/result.ts';
import type { Think } from '../../../src/model/run.ts';
import { type ClosedLoopLoad, runClosedLoop } from '../../../src/replay/engine/closed-loop.ts';
import { createConnection } from '../../../src/replay/engine/connection.ts';
import type { LoadOutcome } from '../../../src/replay/engine/load-outcome.ts';
import { createReadTurn } from '../../../src/replay/engine/read-turn.ts';
import { createRequestWriter } from '../../../src/replay/engine/request-bytes.ts';
import { createTurnSender } from '../../../src/replay/engine/turn-sender.ts';
import { createPlan } from '../../../src/replay/plan/create-plan.ts';
import { startLocalServer, unusedUrl } from '../../helpers/local-server.ts';

const REQUESTS = [1, 2, 3].map((exchangeId) => ({
  exchangeId,
  path: '/v1/chat/completions',
  headers: [],
  body: Buffer.from(`{"n":${exchangeId}}`),
  saltAt: null,
  abort: null,
}));

interface Asked extends Partial<Pick<ClosedLoopLoad, 'durationUs' | 'atEnd' | 'signal'>> {
  /** Requests in all; null for no end. */
  readonly requests: number | null;
  readonly timeoutUs?: number;
  /** Lengths of the conversations, three turns in all. */
  readonly conversations?: readonly number[];
  readonly think?: Think;
  readonly onResult?: (result: RawResult) => void;
}

/** Runs a closed loop against `url` and gives what it did and every result. */
async function run(
  url: URL,
  count: number,
  asked: Asked,
): Promise<{ outcome: LoadOutcome; results: RawResult[] }> {
  const zero = systemClock.nowUs();
  const nowUs = (): number => systemClock.nowUs() - zero;
  const turn = createReadTurn();
  const connections = Array.from({ length: count }, () => createConnection(url, systemClock.nowUs, turn));
  const results: RawResult[] = [];
  let request = 0;
  const conversations = (asked.conversations ?? [1, 1, 1]).map((turns) =>
    Array.from({ length: turns }, () => ({ request: request++, arrivedUs: 0, finishedUs: 0 })),
  );
  const plan = createPlan({
    conversations,
    order: 'recorded',
    loop: true,
    requests: asked.requests,
    think: asked.think ?? { kind: 'none' },
    arrivals: null,
    seed: 1,
  });
  let next = 0;
  const outcome = await runClosedLoop({
    take: () => plan.at(next++),
    requests: REQUESTS,
    connections,
    seats: connections.map((_, connection) => ({ thread: connection % 2, connection })),
    durationUs: asked.durationUs ?? null,
    atEnd: asked.atEnd ?? 'drain',
    sender: createTurnSender({
      writer: createRequestWriter(url.host, [], null),
      timeoutUs: asked.timeoutUs ?? 10e6,
      epochUs: zero,
      nowUs,
      sink: {
        add(result) {
          results.push(result);
          asked.onResult?.(result);
        },
      },
    }),
    nowUs,
    signal: asked.signal ?? new AbortController().signal,
  });
  for (const connection of connections) connection.close();
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
  const { outcome, results } = await run(server.url, 4, { requests: 50 });
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

test('a request is scheduled for the instant its connection became free, however late it leaves', async () => {
  const waiting: (() => void)[] = [];
  const server = await startLocalServer((_request, response) => {
    // All at once, so that most of the next ones have to wait for each other.
    if (waiting.push(() => response.end('{}')) === 40) for (const answer of waiting.splice(0)) answer();
  });
  const { results } = await run(server.url, 40, { requests: 120 });
  await server.close();
  const free = new Map<number, number>();
  for (const { connection, scheduledUs, sentUs, answer } of results.toSorted((a, b) => a.seq - b.seq)) {
    const known = free.get(connection);
    if (known !== undefined) assert.equal(scheduledUs, known);
    assert.ok((sentUs ?? 0) >= scheduledUs);
    free.set(connection, answer.finishedUs);
  }
  assert.equal(results.length, 120);
});

test('the clock ends the sending, what is in flight drains and counts', async () => {
  const server = await startLocalServer((_request, response) => {
    setTimeout(() => response.end('{}'), 150);
  });
  const { outcome, results } = await run(server.url, 3, {
    requests: null,
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
  const { results } = await run(server.url, 1, { requests: 4, timeoutUs: 100_000 });
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
    requests: null,
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

test('a stop before the start ends at once, and nothing is sent', async () => {
  let requests = 0;
  const server = await startLocalServer((_request, response) => {
    requests += 1;
    response.end('{}');
  });
  const { outcome, results } = await run(server.url, 2, {
    requests: null,
    durationUs: 60e6,
    signal: AbortSignal.abort(),
  });
  await server.close();
  assert.deepEqual([outcome.stoppedEarly, results, requests], [true, [], 0]);
});

test('a server that is gone is not hammered', async () => {
  const { results } = await run(await unusedUrl(), 2, { requests: null, durationUs: 350_000 });
  assert.ok(
    results.length >= 4 && results.length <= 8,
    `${results.length} attempts in 350 ms at 100 ms pause`,
  );
  assert.ok(results.every((result) => result.answer.transport === 'unreachable' && result.sentUs === null));
});

test("a conversation's turns go in order over one connection, each after the think time", async () => {
  const server = await startLocalServer((_request, response) => {
    setTimeout(() => response.end('{}'), 5);
  });
  const { outcome, results } = await run(server.url, 2, {
    requests: 12,
    conversations: [2, 1],
    think: { kind: 'fixed', us: 30_000 },
  });
  await server.close();
  const bySeq = new Map(results.map((result) => [result.seq, result]));
  assert.deepEqual(
    [...bySeq.keys()].sort((a, b) => a - b),
    Array.from({ length: 12 }, (_, i) => i),
  );
  for (let pass = 0; pass < 4; pass++) {
    const [first, second] = [bySeq.get(3 * pass), bySeq.get(3 * pass + 1)];
    assert.equal(first?.connection, second?.connection);
    assert.ok(
      (second?.sentUs ?? 0) - (first?.answer.finishedUs ?? 0) >= 28_000,
      'thinks before its second turn',
    );
    assert.ok((second?.scheduledUs ?? 0) - (first?.answer.finishedUs ?? 0) >= 28_000);
  }
  assert.ok(outcome.busyUs / (2 * outcome.sendingEndedUs) > 0.5, 'a think time occupies its connection');
});

test('the clock also ends think times', async () => {
  const server = await startLocalServer((_request, response) => response.end('{}'));
  const { outcome, results } = await run(server.url, 1, {
    requests: null,
    conversations: [3],
    think: { kind: 'fixed', us: 60e6 },
    durationUs: 100_000,
  });
  await server.close();
  assert.equal(results.length, 1);
  assert.ok(outcome.endedUs < 5e6);
  // Its connection thinks from its first answer to the end.
  assert.ok(outcome.busyUs >= outcome.sendingEndedUs - (results[0]?.sentUs ?? 0));
});

test("wrk's end: what is in flight never happened", async () => {
  const server = await startLocalServer((_request, response) => {
    setTimeout(() => response.end('{}'), 150);
  });
  const { outcome, results } = await run(server.url, 3, {
    requests: null,
    durationUs: 200_000,
    atEnd: 'drop',
  });
  await server.close();
  assert.equal(results.length, 3);
  assert.ok(results.every((result) => result.answer.transport === 'complete'));
  assert.equal(outcome.sendingEndedUs, 200_000);
  assert.equal(outcome.stoppedEarly, false);
});

test("wrk's end holds on a machine too busy to see it in time", async () => {
  const held: ServerResponse[] = [];
  const server = await startLocalServer((_request, response) => {
    if (held.push(response) === 2) for (const one of held) one.end('{}');
  });
  const { results } = await run(server.url, 2, {
    requests: null,
    durationUs: 100_000,
    atEnd: 'drop',
    // The other answer has come too; it is read when the time is over, before its timer fires.
    onResult: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150),
  });
  await server.close();
  assert.ok(results.every(({ answer }) => answer.finishedUs <= 100_000));
});

test('the ramp ends with the last connection that sent its first request', async () => {
  const server = await startLocalServer((_request, response) => response.end('{}'));
  const { outcome, results } = await run(server.url, 4, { requests: 40 });
  await server.close();
  const firsts = [0, 1, 2, 3].map((c) =>
    Math.min(...results.filter(({ connection }) => connection === c).map(({ scheduledUs }) => scheduledUs)),
  );
  assert.ok((outcome.rampUs ?? 0) >= Math.max(...firsts));
});

test('without a connection it ends at once, whatever decides its end', async () => {
  for (const end of [{ requests: 5 }, { requests: null, durationUs: 60e6 }]) {
    const { outcome, results } = await run(await unusedUrl(), 0, end);
    assert.deepEqual([results, outcome.stoppedEarly, outcome.busyUs, outcome.rampUs], [[], false, 0, 0]);
    assert.ok(outcome.sendingEndedUs < 30e6 && outcome.endedUs < 30e6);
  }
});
