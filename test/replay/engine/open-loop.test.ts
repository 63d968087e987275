import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawResult } from '../../../src/model/result.ts';
import { timersSince } from '../../../src/model/timers.ts';
import type { LoadOutcome } from '../../../src/replay/engine/load-spec.ts';
import { OpenLoop, type OpenLoopLoad } from '../../../src/replay/engine/open-loop.ts';
import { createRequestWriter } from '../../../src/replay/engine/request-bytes.ts';
import { TurnSender } from '../../../src/replay/engine/turn-sender.ts';
import { createPlan } from '../../../src/replay/plan/create-plan.ts';
import type { PlanSpec } from '../../../src/replay/plan/plan.ts';
import { type VirtualAnswer, type VirtualTarget, virtualTarget } from '../../helpers/virtual-target.ts';
import { type VirtualTime, virtualTime } from '../../helpers/virtual-time.ts';

/** The loop in virtual time, against connections that answer when a test says: every instant is exact. */

const DAY_US = 24 * 3600e6;
/** When the run starts on the machine's clock: nothing may depend on it. The loop is ready a moment before. */
const EPOCH_US = 7e6;
const READY_US = EPOCH_US - 50_000;

const REQUEST = { path: '/v1/completions', headers: [], body: Buffer.from('{}'), saltAt: null, abort: null };
const REQUESTS = [1, 2, 3].map((exchangeId) => ({ ...REQUEST, exchangeId }));

const SPEC: PlanSpec = {
  conversations: [0, 1, 2].map((request) => [
    { request, arrivedUs: request * 20_000, finishedUs: request * 20_000 + 5_000 },
  ]),
  order: 'recorded',
  loop: true,
  requests: 30,
  think: { kind: 'none' },
  arrivals: { kind: 'constant', ratePerSec: 200 },
  seed: 1,
};

interface Asked extends Partial<Pick<OpenLoopLoad, 'maxInFlight' | 'durationUs' | 'signal'>> {
  readonly answerUs: number;
  readonly answer?: (n: number) => VirtualAnswer;
  readonly time?: VirtualTime;
}

interface Ran {
  readonly outcome: LoadOutcome;
  /** In order of the plan. */
  readonly results: readonly RawResult[];
  readonly target: VirtualTarget;
}

async function run(spec: Partial<PlanSpec>, asked: Asked): Promise<Ran> {
  const { answerUs, answer = () => ({ afterUs: answerUs }), time = virtualTime(READY_US) } = asked;
  const timers = timersSince(time, EPOCH_US);
  const target = virtualTarget(time, answer);
  const results: RawResult[] = [];
  const numbered = (n: number) => ({
    connection: target.connect(),
    slot: { thread: 0, connection: 3 * n + 1 },
  });
  const loop = new OpenLoop({
    plan: createPlan({ ...SPEC, ...spec }),
    requests: REQUESTS,
    connections: [numbered(0), numbered(1)],
    openConnection: numbered,
    maxInFlight: asked.maxInFlight ?? null,
    durationUs: asked.durationUs ?? null,
    sender: new TurnSender({
      writer: createRequestWriter(new URL('http://h'), [], null),
      timeoutUs: 5e6,
      epochUs: EPOCH_US,
      timers,
      inFlight: new Int32Array(1),
      sink: { add: (result) => results.push(result) },
    }),
    timers,
    signal: asked.signal ?? new AbortController().signal,
  });
  const outcome = await time.play(loop.run());
  results.sort((a, b) => a.seq - b.seq);
  return { outcome, results, target };
}

test('requests leave on the plan however slow the server is, over as many connections as that takes', async () => {
  const { outcome, results, target } = await run({}, { answerUs: 102_000 });
  assert.deepEqual(
    results.map(({ scheduledUs, sentUs }) => [scheduledUs, sentUs]),
    Array.from({ length: 30 }, (_, i) => [i * 5_000, i * 5_000]),
  );
  assert.equal(target.peak, 21, 'an answer takes 20.4 gaps');
  assert.deepEqual(
    [...new Set(results.map(({ connection }) => connection))].sort((a, b) => a - b),
    Array.from({ length: 21 }, (_, n) => 3 * n + 1),
    'one connection for each, by its number within the cell',
  );
  assert.deepEqual(outcome, {
    sendingEndedUs: 145_000,
    endedUs: 247_000,
    stoppedEarly: false,
    busyUs: 0,
    rampUs: null,
    lagsUs: new Float64Array(30),
    lateByCap: 0,
    retried: [],
    retryAfter: { answers: 0, longestMs: 0 },
  });
});

test('a busy thread sends due requests in its next event-loop iteration, and the lag is reported', async () => {
  const time = virtualTime(READY_US);
  time.at(EPOCH_US + 4_000, () => time.spend(8_000));
  const { outcome, results } = await run({ requests: 4 }, { answerUs: 1_000, time });
  assert.deepEqual(
    results.map(({ scheduledUs, sentUs }) => [scheduledUs, sentUs]),
    [
      [0, 0],
      [5_000, 12_001],
      [10_000, 12_001],
      [15_000, 15_000],
    ],
  );
  assert.deepEqual([...outcome.lagsUs], [0, 0, 2_001, 7_001]);
});

test('beyond the most in flight they wait in order and are counted, none is lost', async () => {
  const { outcome, results, target } = await run({ requests: 9 }, { answerUs: 20_000, maxInFlight: 3 });
  assert.equal(target.peak, 3);
  assert.deepEqual(
    results.map(({ scheduledUs, sentUs }) => [scheduledUs, sentUs]),
    [
      [0, 0],
      [5_000, 5_000],
      [10_000, 10_000],
      [15_000, 20_000],
      [20_000, 25_000],
      [25_000, 30_000],
      [30_000, 40_000],
      [35_000, 45_000],
      [40_000, 50_000],
    ],
  );
  assert.equal(outcome.lateByCap, 6);
});

test('later turns follow the answer before by the recorded think time, on its connection', async () => {
  const conversation = [0, 1, 2].map((request) => ({
    request,
    arrivedUs: request * 50_000,
    finishedUs: request * 50_000 + 20_000,
  }));
  const { results } = await run(
    {
      conversations: [conversation],
      loop: false,
      requests: null,
      think: { kind: 'recorded' },
      arrivals: { kind: 'recorded', timeScale: 2 },
    },
    { answerUs: 5_000 },
  );
  const { connection } = results[0] ?? {};
  assert.deepEqual(
    results.map(({ exchangeId, connection: used, sentUs }) => [exchangeId, used, sentUs]),
    // 30 ms at twice the speed.
    [
      [1, connection, 0],
      [2, connection, 20_000],
      [3, connection, 40_000],
    ],
  );
});

test('nothing is sent that is due after the end', async () => {
  const { outcome, results } = await run({ requests: null }, { answerUs: 1_000, durationUs: 52_000 });
  assert.equal(results.at(-1)?.scheduledUs, 50_000);
  assert.deepEqual([results.length, outcome.sendingEndedUs, outcome.endedUs], [11, 52_000, 51_000]);
});

test('a plan that is over before the duration ends with its last request', async () => {
  const { outcome } = await run({ requests: 3 }, { answerUs: 1_000, durationUs: 60e6 });
  assert.deepEqual([outcome.sendingEndedUs, outcome.endedUs], [10_000, 11_000]);
});

test('a later turn that the duration cuts is a part of the plan too: the duration is the end', async () => {
  const conversation = [0, 1].map((request) => ({ request, arrivedUs: request * 5_000, finishedUs: 0 }));
  const { outcome, results } = await run(
    { conversations: [conversation], loop: false, think: { kind: 'fixed', us: 60e6 } },
    { answerUs: 1_000, durationUs: 30e6 },
  );
  assert.deepEqual([results.length, outcome.sendingEndedUs], [1, 30e6]);
});

test('a gap longer than a timer can wait does not end at once', async () => {
  const conversations = [0, 1].map((n) => [{ request: n, arrivedUs: n * 60 * DAY_US, finishedUs: 0 }]);
  const { results } = await run(
    { conversations, loop: false, arrivals: { kind: 'recorded', timeScale: 1 } },
    { answerUs: 1_000 },
  );
  assert.deepEqual(
    results.map(({ sentUs }) => sentUs),
    [0, 60 * DAY_US],
  );
});

test('a stop cuts what is in flight and forgets what is to come', async () => {
  const stop = new AbortController();
  const time = virtualTime(READY_US);
  time.at(EPOCH_US + 60_000, () => stop.abort());
  const { outcome, results } = await run(
    { requests: null },
    { answerUs: 1e6, signal: stop.signal, maxInFlight: 4, time },
  );
  assert.deepEqual(
    results.map(({ answer }) => [answer.transport, answer.finishedUs]),
    Array.from({ length: 4 }, () => ['client_aborted', 60_000]),
  );
  const { stoppedEarly, sendingEndedUs, endedUs } = outcome;
  assert.deepEqual([stoppedEarly, sendingEndedUs, endedUs], [true, 60_000, 60_000]);
});

test('a stop before the start, or before its zero, sends nothing', async () => {
  for (const startUs of [READY_US, EPOCH_US]) {
    const asked = { answerUs: 1_000, signal: AbortSignal.abort(), time: virtualTime(startUs) };
    const { outcome, target } = await run({}, asked);
    const { stoppedEarly, sendingEndedUs, endedUs } = outcome;
    assert.deepEqual([target.asked, stoppedEarly, sendingEndedUs, endedUs], [[], true, 0, 0]);
  }
});
