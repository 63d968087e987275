import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawResult } from '../../../src/model/result.ts';
import type { Think } from '../../../src/model/run.ts';
import { type Timers, timersSince } from '../../../src/model/timers.ts';
import { ClosedLoop, type ClosedLoopLoad } from '../../../src/replay/engine/closed-loop.ts';
import type { LoadOutcome } from '../../../src/replay/engine/load-spec.ts';
import { createRequestWriter } from '../../../src/replay/engine/request-bytes.ts';
import { planSource, type RequestSource } from '../../../src/replay/engine/request-source.ts';
import { TurnSender } from '../../../src/replay/engine/turn-sender.ts';
import { createPlan } from '../../../src/replay/plan/create-plan.ts';
import { type VirtualAnswer, type VirtualTarget, virtualTarget } from '../../helpers/virtual-target.ts';
import { type VirtualTime, virtualTime } from '../../helpers/virtual-time.ts';

/** The loop in virtual time, against connections that answer when a test says: every instant is exact. */

const DAY_US = 24 * 3600e6;
/** When the run starts on the machine's clock: nothing may depend on it. */
const EPOCH_US = 7e6;

const REQUESTS = [1, 2, 3].map((exchangeId) => ({
  exchangeId,
  path: '/v1/chat/completions',
  headers: [],
  body: Buffer.from(`${exchangeId}`),
  saltAt: null,
  abort: null,
}));

interface Asked
  extends Partial<Pick<ClosedLoopLoad, 'durationUs' | 'dropsAtEnd' | 'honoursRetryAfter' | 'signal'>> {
  readonly connections: number;
  /** Requests in all; null for no end. */
  readonly requests: number | null;
  readonly timeoutUs?: number;
  /** Lengths of the conversations, three turns in all. */
  readonly conversations?: readonly number[];
  readonly think?: Think;
  readonly answer?: (n: number, body: string) => VirtualAnswer;
  readonly onResult?: (result: RawResult) => void;
  readonly time?: VirtualTime;
  /** Made of the plan's; the plan's own by default. */
  readonly sourceOf?: (planned: RequestSource, timers: Timers) => RequestSource;
  /** What the loop is given for timers. */
  readonly timersOf?: (time: VirtualTime) => Timers;
}

interface Ran {
  readonly outcome: LoadOutcome;
  readonly results: readonly RawResult[];
  readonly target: VirtualTarget;
}

/** Runs a closed loop and gives what it did and every result in order of their ends. */
async function run(asked: Asked): Promise<Ran> {
  const time = asked.time ?? virtualTime(EPOCH_US);
  const timers = timersSince(asked.timersOf?.(time) ?? time, EPOCH_US);
  const target = virtualTarget(time, asked.answer ?? (() => ({ afterUs: 5_000 })));
  const connections = Array.from({ length: asked.connections }, target.connect);
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
  const planned = planSource(plan, REQUESTS, new Int32Array(1));
  const loop = new ClosedLoop({
    source: asked.sourceOf?.(planned, timers) ?? planned,
    connections: connections.map((connection, n) => ({
      connection,
      slot: { thread: n % 2, connection: n },
    })),
    durationUs: asked.durationUs ?? null,
    dropsAtEnd: asked.dropsAtEnd ?? false,
    honoursRetryAfter: asked.honoursRetryAfter ?? false,
    sender: new TurnSender({
      writer: createRequestWriter(new URL('http://h'), [], null),
      timeoutUs: asked.timeoutUs ?? 3600e6,
      epochUs: EPOCH_US,
      timers,
      inFlight: new Int32Array(1),
      sink: {
        add(result) {
          results.push(result);
          asked.onResult?.(result);
        },
      },
    }),
    timers,
    signal: asked.signal ?? new AbortController().signal,
  });
  return { outcome: await time.play(loop.run()), results, target };
}

/** Scheduled, sent and finished, for each result. */
const instants = (results: readonly RawResult[]) =>
  results.map(({ scheduledUs, sentUs, answer }) => [scheduledUs, sentUs, answer.finishedUs]);

test('as many requests as asked, each position once, on all connections, and never more in flight', async () => {
  const { outcome, results, target } = await run({ connections: 4, requests: 50 });
  assert.equal(target.peak, 4);
  assert.deepEqual(
    results.map(({ seq }) => seq),
    Array.from({ length: 50 }, (_, i) => i),
  );
  for (const { seq, exchangeId, thread, connection, scheduledUs, sentUs, answer } of results) {
    const roundUs = Math.floor(seq / 4) * 5_000;
    assert.deepEqual([exchangeId, thread], [(seq % 3) + 1, connection % 2]);
    assert.deepEqual([scheduledUs, sentUs, answer.finishedUs], [roundUs, roundUs, roundUs + 5_000]);
  }
  // Two of the last round's connections find nothing more to send.
  assert.deepEqual(outcome, {
    sendingEndedUs: 60_000,
    endedUs: 65_000,
    stoppedEarly: false,
    busyUs: 4 * 60_000,
    rampUs: 0,
    lagsUs: new Float64Array(0),
    lateByCap: 0,
    retried: [],
    retryAfter: { answers: 0, longestMs: 0 },
  });
});

test('Retry-After is counted; a connection that honours it waits, at most a minute, and the wait is no latency', async () => {
  const seconds = [2, 300];
  const answer = (n: number): VirtualAnswer =>
    n < 2
      ? { afterUs: 5_000, status: 503, headers: ['Retry-After', String(seconds[n])] }
      : { afterUs: 5_000 };
  const asked = { connections: 1, requests: 3, answer } as const;
  const noted = await run(asked);
  assert.deepEqual(noted.outcome.retryAfter, { answers: 2, longestMs: 300_000 });
  assert.deepEqual(
    noted.results.map(({ sentUs }) => sentUs),
    [0, 5_000, 10_000],
  );
  const honoured = await run({ ...asked, honoursRetryAfter: true });
  assert.deepEqual(instants(honoured.results), [
    [0, 0, 5_000],
    [2_005_000, 2_005_000, 2_010_000],
    [62_010_000, 62_010_000, 62_015_000],
  ]);
  const turns = await run({ ...asked, honoursRetryAfter: true, conversations: [3] });
  assert.deepEqual(instants(turns.results), instants(honoured.results));
  const ended = await run({ ...asked, requests: null, honoursRetryAfter: true, durationUs: 1e6 });
  assert.deepEqual([ended.results.length, ended.outcome.sendingEndedUs], [1, 1e6]);
});

test('a request is scheduled for the instant its connection became free, however late it leaves', async () => {
  const { results } = await run({
    connections: 1,
    requests: 3,
    answer: () => ({ afterUs: 5_000, heardAfterUs: 700 }),
  });
  assert.deepEqual(instants(results), [
    [0, 0, 5_000],
    [5_000, 5_700, 10_700],
    [10_700, 11_400, 16_400],
  ]);
});

test('a source may be late, its own pause counts as busy, and it sees each answer before it is asked again', async () => {
  const events: string[] = [];
  const { outcome, results } = await run({
    connections: 1,
    requests: null,
    durationUs: 18_500,
    sourceOf: (planned, timers) => ({
      ...planned,
      next: (slot, give) => {
        events.push('asked');
        timers.after(3, () => planned.next(slot, (conversation) => give(conversation, 2_000)));
      },
      answered: (_slot, { seq }) => events.push(`answered ${seq}`),
    }),
  });
  assert.deepEqual(instants(results), [
    [2_000, 3_000, 8_000],
    [10_000, 11_000, 16_000],
  ]);
  // The third request was asked for, and not given before the end.
  assert.deepEqual(events, ['asked', 'answered 0', 'asked', 'answered 1', 'asked']);
  assert.deepEqual([outcome.sendingEndedUs, outcome.busyUs], [18_500, 2 * (2_000 + 5_000)]);
});

test('the duration ends the sending, what is in flight drains and counts', async () => {
  const { outcome, results } = await run({
    connections: 3,
    requests: null,
    durationUs: 200_000,
    answer: () => ({ afterUs: 150_000 }),
  });
  assert.deepEqual(
    results.map(({ answer }) => answer.finishedUs),
    [150_000, 150_000, 150_000, 300_000, 300_000, 300_000],
  );
  const { sendingEndedUs, endedUs, busyUs } = outcome;
  assert.deepEqual([sendingEndedUs, endedUs, busyUs], [200_000, 300_000, 600_000]);
});

test('a request without an answer ends as timeout and the loop continues', async () => {
  const { results } = await run({
    connections: 1,
    requests: 4,
    timeoutUs: 100_000,
    answer: (n) => ({ afterUs: n === 1 ? null : 5_000 }),
  });
  assert.deepEqual(
    results.map(({ answer }) => [answer.transport, answer.finishedUs]),
    [
      ['complete', 5_000],
      ['timeout', 105_000],
      ['complete', 110_000],
      ['complete', 115_000],
    ],
  );
});

test('a stop cuts what is in flight, keeps it, ends think times, and says so', async () => {
  const stop = new AbortController();
  const time = virtualTime(EPOCH_US);
  time.after(50, () => stop.abort());
  const { outcome, results } = await run({
    time,
    connections: 3,
    requests: null,
    durationUs: 60e6,
    conversations: [2, 1],
    think: { kind: 'fixed', us: 1e6 },
    answer: (n) => ({ afterUs: n === 0 ? 20_000 : null }),
    signal: stop.signal,
  });
  assert.deepEqual(
    results.map(({ answer }) => [answer.transport, answer.finishedUs]),
    [
      ['complete', 20_000],
      ['client_aborted', 50_000],
      ['client_aborted', 50_000],
    ],
  );
  const { stoppedEarly, sendingEndedUs, endedUs } = outcome;
  assert.deepEqual([stoppedEarly, sendingEndedUs, endedUs], [true, 50_000, 50_000]);
});

test('a stop before the start ends at once, and nothing is sent', async () => {
  const signal = AbortSignal.abort();
  const { outcome, target } = await run({ connections: 2, requests: null, durationUs: 60e6, signal });
  assert.deepEqual([outcome.stoppedEarly, outcome.endedUs, target.asked], [true, 0, []]);
});

test('without a connection it ends at once, whatever decides its end', async () => {
  for (const end of [{ requests: 5 }, { requests: null, durationUs: 60e6 }]) {
    const { outcome, results } = await run({ connections: 0, ...end });
    const { stoppedEarly, sendingEndedUs, endedUs, busyUs, rampUs } = outcome;
    assert.deepEqual([results, stoppedEarly], [[], false]);
    assert.deepEqual([sendingEndedUs, endedUs, busyUs, rampUs], [0, 0, 0, 0]);
  }
});

test('a server that is gone is tried again every 100 ms on each connection, until the end or a stop', async () => {
  const gone: Asked = {
    connections: 2,
    requests: null,
    durationUs: 350_000,
    answer: () => ({ afterUs: 0, transport: 'unreachable' }),
  };
  const { outcome, results } = await run(gone);
  assert.deepEqual(
    results.map(({ scheduledUs, sentUs, answer }) => [scheduledUs, sentUs, answer.transport]),
    [0, 0, 1e5, 1e5, 2e5, 2e5, 3e5, 3e5].map((atUs) => [atUs, null, 'unreachable']),
  );
  assert.equal(outcome.endedUs, 350_000);
  const stop = new AbortController();
  const time = virtualTime(EPOCH_US);
  time.after(250, () => stop.abort());
  const stopped = await run({ ...gone, time, signal: stop.signal });
  assert.deepEqual([stopped.results.length, stopped.outcome.endedUs], [6, 250_000]);
});

test("a conversation's turns go in order over one connection, each after the think time", async () => {
  const { outcome, results } = await run({
    connections: 2,
    requests: 6,
    conversations: [2, 1],
    think: { kind: 'fixed', us: 30_000 },
  });
  assert.deepEqual(
    results.map(({ seq, connection, scheduledUs, sentUs }) => [seq, connection, scheduledUs, sentUs]),
    [
      [0, 0, 0, 0],
      [2, 1, 0, 0],
      [3, 1, 5_000, 5_000],
      [1, 0, 35_000, 35_000],
      [4, 1, 40_000, 40_000],
      [5, 0, 40_000, 40_000],
    ],
  );
  assert.equal(outcome.sendingEndedUs, 45_000);
  assert.equal(outcome.busyUs, 2 * 45_000, 'a think time occupies its connection');
});

test('a think time is not cut short by a timer that is early', async () => {
  const timersOf = (time: VirtualTime): Timers => ({
    ...time,
    after: (ms, then) => time.after(Math.max(0, ms - 1), then),
  });
  const { results } = await run({
    connections: 1,
    requests: 3,
    conversations: [3],
    think: { kind: 'fixed', us: 30_000 },
    timersOf,
  });
  assert.deepEqual(instants(results), [
    [0, 0, 5_000],
    [35_000, 35_000, 40_000],
    [70_000, 70_000, 75_000],
  ]);
});

test('a duration, a think time and a time limit longer than a timer can wait do not end at once', async () => {
  const { outcome, results } = await run({
    connections: 1,
    requests: null,
    durationUs: 100 * DAY_US,
    timeoutUs: 60 * DAY_US,
    conversations: [2, 1],
    think: { kind: 'fixed', us: 30 * DAY_US },
    answer: (n) => ({ afterUs: n === 2 ? null : 5_000 }),
  });
  assert.deepEqual(
    results.map(({ scheduledUs, answer }) => [scheduledUs, answer.transport, answer.finishedUs]),
    [
      [0, 'complete', 5_000],
      [30 * DAY_US + 5_000, 'complete', 30 * DAY_US + 10_000],
      [30 * DAY_US + 10_000, 'timeout', 90 * DAY_US + 10_000],
      [90 * DAY_US + 10_000, 'complete', 90 * DAY_US + 15_000],
    ],
  );
  assert.equal(outcome.endedUs, 100 * DAY_US);
});

test('the duration also ends think times, which occupy their connection until then', async () => {
  const { outcome, results } = await run({
    connections: 1,
    requests: null,
    conversations: [3],
    think: { kind: 'fixed', us: 60e6 },
    durationUs: 100_000,
  });
  assert.equal(results.length, 1);
  const { sendingEndedUs, endedUs, busyUs } = outcome;
  assert.deepEqual([sendingEndedUs, endedUs, busyUs], [100_000, 100_000, 100_000]);
});

test("wrk's end: what is in flight never happened", async () => {
  const { outcome, results } = await run({
    connections: 3,
    requests: null,
    durationUs: 200_000,
    dropsAtEnd: true,
    answer: () => ({ afterUs: 150_000 }),
  });
  assert.deepEqual(
    results.map(({ answer }) => [answer.transport, answer.finishedUs]),
    [150_000, 150_000, 150_000].map((atUs) => ['complete', atUs]),
  );
  assert.deepEqual([outcome.sendingEndedUs, outcome.stoppedEarly], [200_000, false]);
});

test("wrk's end holds on a machine too busy to see it in time", async () => {
  const time = virtualTime(EPOCH_US);
  const { results } = await run({
    time,
    connections: 2,
    requests: null,
    durationUs: 100_000,
    dropsAtEnd: true,
    answer: (n) => ({ afterUs: 50_000 + n }),
    // The other answer is read when the time is over, before the alarm is served.
    onResult: () => time.spend(150_000),
  });
  assert.deepEqual(
    results.map(({ answer }) => answer.finishedUs),
    [50_000],
  );
});

test('the ramp ends with the last connection that sent its first request', async () => {
  const time = virtualTime(EPOCH_US);
  const { outcome } = await run({
    time,
    connections: 4,
    requests: 40,
    // Each of the first four takes the thread some time to send.
    answer(n) {
      if (n < 4) time.spend(300);
      return { afterUs: 5_000 };
    },
  });
  assert.equal(outcome.rampUs, 4 * 300);
});
