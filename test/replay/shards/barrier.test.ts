import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { systemClock, systemTimers } from '../../../src/model/clock.ts';
import { startAtTime } from '../../../src/replay/shards/common-start.ts';
import { joinBarrier } from '../../../src/replay/shards/join-barrier.ts';
import { serveBarrier } from '../../../src/replay/shards/serve-barrier.ts';
import { startLocalServer } from '../../helpers/local-server.ts';

const common = { version: '1', timers: systemTimers, waitMs: 20_000 };
const never = new AbortController().signal;

/** A barrier for two, with shard 1 on a clock that is three seconds ahead. */
async function pair(of = 2) {
  const server = await serveBarrier({ ...common, host: '127.0.0.1', port: 0, of, session: 'session' });
  const ahead = { nowUs: () => systemClock.nowUs() + 3e6, wallMs: () => systemClock.wallMs() + 3e3 };
  const join = (index: number, signal = never) =>
    joinBarrier({
      ...common,
      url: server.url,
      shard: { index, of },
      clock: index === 1 ? ahead : systemClock,
      signal,
    });
  return { server, join };
}

test('two shards start at one instant, each by its own clock, and know of each other at the end', async () => {
  const { server, join } = await pair();
  const [a, b] = await Promise.all([join(0), join(1)]);
  assert.deepEqual(await Promise.all([a.begin('plan'), b.begin('plan')]), ['session-1', 'session-1']);
  await Promise.all([a.warm(), b.warm()]);
  const [first, second] = await Promise.all([a.ready(), b.ready()]);
  const ends = await Promise.all([
    a.end({ lateMs: 1, end: 'complete' }),
    b.end({ lateMs: 2, end: 'complete' }),
  ]);
  assert.deepEqual(ends[0], ends[1]);
  const [zero, one] = ends[0];
  assert.deepEqual([zero?.lateMs, one?.lateMs, one?.end], [1, 2, 'complete']);
  // The clock is three seconds off, the start is not: its error is within what was measured.
  const errorUs = second.startedUs - 3e6 - first.startedUs;
  const boundMs = (zero?.uncertaintyMs ?? 0) + (one?.uncertaintyMs ?? 0);
  assert.ok(Math.abs(errorUs) <= boundMs * 1e3 + 1, `${errorUs} us, ${boundMs} ms`);
  assert.ok(Math.abs((one?.offsetMs ?? 0) - 3e3) <= (one?.uncertaintyMs ?? 0) + 1e-3);
  a.close();
  b.close();
  await server.close();
});

test('a shard whose connection breaks during the run stops the others and is named', async () => {
  const { server, join } = await pair();
  const a = await join(0);
  const socket = connect(Number(server.url.port), '127.0.0.1');
  const say = (message: object): void => void socket.write(`${JSON.stringify(message)}\n`);
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: reprise-barrier/1\r\n\r\n');
  await once(socket, 'data');
  say({ kind: 'join', index: 1, of: 2, version: '1' });
  say({ kind: 'reached', step: 'begin', identity: 'plan' });
  await a.begin('plan');
  say({ kind: 'reached', step: 'warm' });
  await a.warm();
  say({ kind: 'reached', step: 'ready' });
  await a.ready();
  socket.destroy();
  await once(a.signal, 'abort');
  const shards = await a.end({ lateMs: 0, end: 'stoppedByAnother' });
  assert.deepEqual(
    shards.map(({ index, end }) => [index, end]),
    [
      [0, 'stoppedByAnother'],
      [1, 'lost'],
    ],
  );
  a.close();
  await server.close();
});

test('a line that one side has closed takes what is still said on it', async () => {
  const { server, join } = await pair();
  const a = await join(0);
  const b = await join(1);
  a.close();
  a.close();
  await assert.rejects(b.begin('plan'), { message: /^shard 0 ended before the run began/ });
  await assert.rejects(b.warm(), { message: /^shard 0 ended before the run began/ });
  b.close();
  await server.close();
});

test('what is wrong at the barrier is one sentence for each shard', async () => {
  const short = { ...common, waitMs: 50 };
  const server = await serveBarrier({ ...short, host: '127.0.0.1', port: 0, of: 3, session: 's' });
  const a = await joinBarrier({
    ...short,
    url: server.url,
    shard: { index: 1, of: 3 },
    clock: systemClock,
    signal: never,
  });
  await assert.rejects(a.begin('plan'), {
    name: 'UserError',
    message:
      /^2 of 3 shards did not come within 0.05 s \(0, 2\): start all shards, or give a longer --barrier-timeout$/,
  });
  a.close();
  await server.close();

  const nobody = { ...short, url: server.url, shard: { index: 1, of: 3 }, clock: systemClock, signal: never };
  await assert.rejects(joinBarrier(nobody), {
    message: /^no barrier answers at http:.* within 0.05 s \(.*ECONNREFUSED.*\): start shard 0/,
  });

  const web = await startLocalServer((_request, response) => response.end('hello'));
  await assert.rejects(joinBarrier({ ...nobody, url: web.url }), {
    message: /is no barrier of this version.*200/,
  });
  await web.close();
});

test('a shard that is stopped while it waits leaves, and the others are notified', async () => {
  const { server, join } = await pair();
  const stop = new AbortController();
  const [a, b] = await Promise.all([join(0), join(1, stop.signal)]);
  const told = assert.rejects(a.begin('plan'), { message: /^shard 1 ended before the run began/ });
  const stopped = assert.rejects(b.warm(), { message: /^this shard was stopped at the barrier$/ });
  stop.abort();
  await Promise.all([stopped, told]);
  a.close();
  await server.close();
});

test('strangers at the barrier are sent away, whatever they do, and the shards start', async () => {
  const { server, join } = await pair(1);
  const port = Number(server.url.port);
  const head = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: ';
  for (const words of ['\0garbage\r\n\r\n', `${head}websocket\r\n\r\n`, `${head}reprise-barrier/1\r\n\r\n`]) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(words);
    await once(socket, 'data');
    socket.write('{"kind":"done"}\n');
    socket.write('more');
    socket.resetAndDestroy();
  }
  const rude = connect(port, '127.0.0.1', () => {
    rude.write(`${head}websocket\r\n\r\n`);
    rude.resetAndDestroy();
  });
  await once(rude, 'close');
  const a = await join(0);
  assert.equal(await a.begin('plan'), 'session-1');
  a.close();
  await server.close();
});

test('a browser at the barrier learns what it is', async () => {
  const { server } = await pair();
  const asked = request(server.url).end();
  const [response] = await once(asked, 'response');
  assert.equal(response.statusCode, 426);
  response.resume();
  await server.close();
});

test('a start by time of day counts on this clock, and one that has passed is refused', async () => {
  const waits: number[] = [];
  const clock = {
    nowUs: () => 5e6,
    wallMs: () => 1_000_000,
    after(ms: number, then: () => void) {
      waits.push(ms);
      if (ms < 1e6) then();
      return {};
    },
  };
  const start = startAtTime(2, 1_001_500, clock, never);
  await start.warm();
  assert.deepEqual(waits, [500], 'connections are opened again a second before');
  assert.deepEqual(await start.ready(), { startedAtMs: 1_001_500, startedUs: 6.5e6 });
  assert.deepEqual(await start.end({ lateMs: 3, end: 'complete' }), [
    { index: 2, offsetMs: null, uncertaintyMs: null, driftMs: null, lateMs: 3, end: 'complete' },
  ]);
  await assert.rejects(startAtTime(2, 999_000, clock, never).ready(), {
    message: /^--start-at 1970-01-01T00:16:39.000Z has passed, it is 1970-.*: choose a later time$/,
  });
  await assert.rejects(startAtTime(2, 90_000_000, clock, never).ready(), {
    message: /^--start-at 1970-01-02T01:00:00.000Z is more than a day away, it is 1970-/,
  });
  const stop = new AbortController();
  const waiting = startAtTime(2, 9_000_000, clock, stop.signal).warm();
  stop.abort();
  await assert.rejects(waiting, { message: 'this shard was stopped before its start' });
});
