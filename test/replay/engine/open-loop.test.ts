import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { systemClock } from '../../../src/model/clock.ts';
import type { RawResult } from '../../../src/model/result.ts';
import { type Connection, createConnection } from '../../../src/replay/engine/connection.ts';
import type { LoadOutcome } from '../../../src/replay/engine/load-outcome.ts';
import { type OpenLoopLoad, runOpenLoop } from '../../../src/replay/engine/open-loop.ts';
import { createReadTurn } from '../../../src/replay/engine/read-turn.ts';
import { createRequestWriter } from '../../../src/replay/engine/request-bytes.ts';
import { createTurnSender } from '../../../src/replay/engine/turn-sender.ts';
import { createPlan } from '../../../src/replay/plan/create-plan.ts';
import type { PlanSpec } from '../../../src/replay/plan/plan.ts';
import { startLocalServer } from '../../helpers/local-server.ts';

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

async function run(
  listener: RequestListener,
  spec: Partial<PlanSpec>,
  asked: Partial<Pick<OpenLoopLoad, 'maxInFlight' | 'durationUs' | 'signal'>> = {},
  opened = 2,
): Promise<{ outcome: LoadOutcome; results: RawResult[] }> {
  const server = await startLocalServer(listener);
  const zero = systemClock.nowUs();
  const nowUs = (): number => systemClock.nowUs() - zero;
  const turn = createReadTurn();
  const all: Connection[] = [];
  const openConnection = (): Connection => {
    const connection = createConnection(server.url, systemClock.nowUs, turn);
    all.push(connection);
    return connection;
  };
  const results: RawResult[] = [];
  const outcome = await runOpenLoop({
    plan: createPlan({ ...SPEC, ...spec }),
    requests: REQUESTS,
    connections: Array.from({ length: opened }, openConnection),
    openConnection,
    maxInFlight: null,
    durationUs: null,
    sender: createTurnSender({
      writer: createRequestWriter(server.url.host, [], null),
      timeoutUs: 5e6,
      epochUs: zero,
      nowUs,
      sink: { add: (result) => results.push(result) },
    }),
    nowUs,
    signal: new AbortController().signal,
    ...asked,
  });
  for (const connection of all) connection.close();
  await server.close();
  results.sort((a, b) => a.seq - b.seq);
  return { outcome, results };
}

const after =
  (ms: number): RequestListener =>
  (_request, response) => {
    setTimeout(() => response.end('{}'), ms);
  };

test('requests leave on the plan however slow the server is, over as many connections as that takes', async () => {
  const { outcome, results } = await run(after(100), {});
  assert.deepEqual(
    results.map(({ scheduledUs }) => scheduledUs),
    Array.from({ length: 30 }, (_, i) => (results[0]?.scheduledUs ?? 0) + i * 5_000),
  );
  assert.ok(
    results.every(({ sentUs, scheduledUs }) => (sentUs ?? 0) >= scheduledUs),
    'never early',
  );
  assert.ok(
    new Set(results.map(({ connection }) => connection)).size > 10,
    'one connection for each in flight',
  );
  assert.equal(outcome.lagsUs.length, 30);
  assert.deepEqual([outcome.lateByCap, outcome.rampUs, outcome.stoppedEarly], [0, null, false]);
});

test('beyond the most in flight they wait in order and are counted, none is lost', async () => {
  let inFlight = 0;
  let most = 0;
  const { outcome, results } = await run(
    (_request, response) => {
      most = Math.max(most, ++inFlight);
      setTimeout(() => {
        inFlight -= 1;
        response.end('{}');
      }, 20);
    },
    {},
    { maxInFlight: 3 },
  );
  assert.equal(most, 3);
  assert.equal(results.length, 30);
  assert.ok(outcome.lateByCap > 10, String(outcome.lateByCap));
  const sent = results.map(({ sentUs }) => sentUs ?? 0);
  assert.deepEqual(
    sent,
    [...sent].sort((a, b) => a - b),
  );
  const last = results.at(-1);
  assert.ok((last?.sentUs ?? 0) - (last?.scheduledUs ?? 0) > 10_000, 'late, and the result shows it');
});

test('later turns follow the answer before by the recorded think time, on its connection', async () => {
  const conversation = [0, 1, 2].map((request) => ({
    request,
    arrivedUs: request * 50_000,
    finishedUs: request * 50_000 + 20_000,
  }));
  const { results } = await run(after(5), {
    conversations: [conversation],
    loop: false,
    requests: null,
    think: { kind: 'recorded' },
    arrivals: { kind: 'recorded', timeScale: 2 },
  });
  assert.deepEqual(
    results.map(({ exchangeId, connection }) => [exchangeId, connection]),
    [1, 2, 3].map((id) => [id, results[0]?.connection]),
  );
  for (const i of [1, 2]) {
    const [before, turn] = [results[i - 1], results[i]];
    assert.equal(turn?.scheduledUs, (before?.answer.finishedUs ?? 0) + 15_000, '30 ms at twice the speed');
  }
});

test('nothing is sent that is due after the end', async () => {
  const { outcome, results } = await run(after(1), { requests: null }, { durationUs: 52_000 });
  assert.ok(results.length >= 9 && results.length <= 11, String(results.length));
  assert.ok(results.every(({ scheduledUs }) => scheduledUs < 52_000));
  assert.equal(outcome.sendingEndedUs, 52_000);
});

test('a plan that is over before the duration ends with its last request', async () => {
  const { outcome, results } = await run(after(1), { requests: 3 }, { durationUs: 60e6 });
  assert.equal(results.length, 3);
  assert.ok(outcome.sendingEndedUs >= 10_000 && outcome.sendingEndedUs <= outcome.endedUs);
});

test('a later turn that the duration cuts is a part of the plan too: the duration is the end', async () => {
  const conversation = [0, 1].map((request) => ({ request, arrivedUs: request * 5_000, finishedUs: 0 }));
  const { outcome, results } = await run(
    after(1),
    { conversations: [conversation], loop: false, think: { kind: 'fixed', us: 60e6 } },
    { durationUs: 30e6 },
  );
  assert.deepEqual([results.length, outcome.sendingEndedUs], [1, 30e6]);
});

test('a stop cuts what is in flight and forgets what is to come', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 60);
  const { outcome, results } = await run(
    after(10_000),
    { requests: null },
    { signal: stop.signal, maxInFlight: 4 },
  );
  assert.equal(outcome.stoppedEarly, true);
  assert.deepEqual(
    results.map(({ answer }) => answer.transport),
    Array.from({ length: 4 }, () => 'client_aborted'),
  );
});
