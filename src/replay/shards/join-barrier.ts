import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../model/clock.ts';
import type { RunInstant, Shard, ShardStart } from '../../model/run.ts';
import type { Timers } from '../../model/timers.ts';
import { UserError } from '../../model/user-error.ts';
import {
  BARRIER_PROTOCOL,
  messageReader,
  type Refusal,
  type Step,
  type ToBarrier,
  type ToShard,
} from './barrier-messages.ts';
import { CLOCK_SAMPLES, type ClockOffset, type ClockSample, clockOffset } from './clock-offset.ts';
import type { CommonStart } from './common-start.ts';
import { BEAT_MS, SILENCE_MS } from './serve-barrier.ts';

/** Between two tries to reach a barrier that is not there yet, ms. */
const RETRY_MS = 200;

export interface BarrierOptions {
  /** Of the barrier. */
  readonly url: URL;
  readonly shard: Shard;
  readonly version: string;
  /** How long the barrier is waited for, ms. */
  readonly waitMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Gives up waiting, for the barrier and at it. */
  readonly signal: AbortSignal;
}

/**
 * Comes to the barrier of a sharded run.
 * @throws UserError (as a rejection) when nobody answers there in time
 */
export async function joinBarrier(options: BarrierOptions): Promise<CommonStart> {
  const { shard, version, clock, signal } = options;
  const socket = await reach(options);
  const stop = new AbortController();
  let waiting: PromiseWithResolvers<ToShard> | null = null;
  let failure: UserError | null = null;
  /** All have begun: a shard that is silent now is lost. */
  let underWay = false;
  let running = false;
  let closing = false;
  let heardUs = clock.nowUs();
  let before: ClockOffset = { offsetUs: 0, uncertaintyUs: 0 };

  const send = (message: ToBarrier): void => {
    if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
  };

  function fail(error: UserError): void {
    failure ??= error;
    if (running) stop.abort();
    waiting?.reject(failure);
    waiting = null;
  }

  function take(message: ToShard): void {
    switch (message.kind) {
      case 'beat':
        return;
      case 'stop':
        stop.abort();
        return;
      case 'refused':
        fail(refusalError(message.why, shard));
        return;
      case 'passed':
      case 'pong':
      case 'end':
        waiting?.resolve(message);
        waiting = null;
        return;
      default:
        message satisfies never;
    }
  }

  /** Every message but the beat has one answer, or the barrier is over. */
  async function answer<K extends ToShard['kind']>(
    message: ToBarrier,
    kind: K,
  ): Promise<ToShard & { readonly kind: K }> {
    if (failure !== null) throw failure;
    waiting = Promise.withResolvers<ToShard>();
    const { promise } = waiting;
    send(message);
    const come = await promise;
    if (come.kind !== kind) throw lostBarrier(options.url);
    return come as ToShard & { readonly kind: K };
  }

  const pass = async (step: Step, identity?: string): Promise<ToShard & { readonly kind: 'passed' }> =>
    answer({ kind: 'reached', step, ...(identity === undefined ? {} : { identity }) }, 'passed');

  /** Questions one after the other, on the warm connection. */
  async function measureClock(): Promise<ClockOffset> {
    const samples: ClockSample[] = [];
    for (let i = 0; i < CLOCK_SAMPLES; i++) {
      const sentUs = clock.nowUs();
      const { us } = await answer({ kind: 'ping' }, 'pong');
      samples.push({ sentUs, theirUs: us, receivedUs: clock.nowUs() });
    }
    return clockOffset(samples);
  }

  const gone = (): void => {
    if (!closing) fail(lostBarrier(options.url));
  };
  const read = messageReader((message) => {
    heardUs = clock.nowUs();
    if (message !== null) take(message as unknown as ToShard);
  });
  socket
    .on('data', (piece: Buffer) => read(piece.toString('utf8')))
    .on('error', gone)
    .on('close', gone);
  const beat = setInterval(() => {
    send({ kind: 'beat' });
    // Shard 0 may be reading a large tape until the run begins.
    const patienceMs = underWay ? SILENCE_MS : Math.max(options.waitMs, SILENCE_MS);
    const isWaiting = underWay || waiting !== null;
    if (isWaiting && clock.nowUs() - heardUs > patienceMs * 1e3) socket.destroy();
  }, BEAT_MS);
  const close = (): void => {
    if (closing) return;
    closing = true;
    clearInterval(beat);
    signal.removeEventListener('abort', onAbort);
    send({ kind: 'bye' });
    socket.end();
    socket.unref();
  };
  /** Whoever waits at the barrier stops to; a run that is on ends by itself, and says so. */
  const onAbort = (): void => {
    if (waiting === null || running) return;
    fail(new UserError('this shard was stopped at the barrier', { kind: 'command' }));
    close();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  send({ kind: 'join', index: shard.index, of: shard.of, version });

  return {
    knowsAll: true,
    signal: stop.signal,
    async begin(identity) {
      heardUs = clock.nowUs();
      const { run } = await pass('begin', identity);
      underWay = true;
      return run;
    },
    async warm() {
      await pass('warm');
    },
    async ready(): Promise<RunInstant> {
      before = await measureClock();
      const { atUs } = await pass('ready');
      running = true;
      const startedUs = atUs + before.offsetUs;
      return { startedUs, startedAtMs: Math.round(clock.wallMs() + (startedUs - clock.nowUs()) / 1e3) };
    },
    async end(own): Promise<readonly ShardStart[]> {
      const { index } = shard;
      const { offsetUs, uncertaintyUs } = before;
      const unknown = { index, offsetMs: offsetUs / 1e3, uncertaintyMs: uncertaintyUs / 1e3, driftMs: null };
      try {
        const after = await measureClock();
        const start = { ...unknown, driftMs: (after.offsetUs - offsetUs) / 1e3, ...own };
        const { shards } = await answer({ kind: 'done', start }, 'end');
        return shards;
      } catch (error) {
        // The barrier is gone with shard 0, and the run is over with it.
        if (!(error instanceof UserError)) throw error;
        const lostZero = {
          lateMs: null,
          offsetMs: null,
          uncertaintyMs: null,
          driftMs: null,
          end: 'lost',
        } as const;
        return [
          { index: 0, ...lostZero },
          { ...unknown, ...own },
        ];
      } finally {
        running = false;
        underWay = false;
      }
    },
    close,
  };
}

/** Connects to the barrier, again and again until it is there. */
async function reach({ url, waitMs, timers, signal }: BarrierOptions): Promise<Socket> {
  const deadlineUs = timers.nowUs() + waitMs * 1e3;
  for (;;) {
    const socket = await upgrade(url);
    if (socket instanceof UserError) throw socket;
    if (!(socket instanceof Error)) return socket;
    if (signal.aborted) throw new UserError('this shard was stopped at the barrier', { kind: 'command' });
    if (timers.nowUs() > deadlineUs) {
      throw new UserError(
        `no barrier answers at ${url.origin} within ${waitMs / 1e3} s (${socket.message})`,
        {
          kind: 'server',
          remedy: 'start shard 0 with --barrier, or give a longer --barrier-timeout',
        },
      );
    }
    await new Promise<void>((resolve) => void timers.after(RETRY_MS, resolve));
  }
}

/** An error where nobody listens yet, a user's where somebody else does. */
function upgrade(url: URL): Promise<Socket | Error> {
  return new Promise((resolve) => {
    const request = httpRequest(url, {
      headers: { connection: 'upgrade', upgrade: BARRIER_PROTOCOL },
      agent: false,
      timeout: SILENCE_MS,
    });
    request
      .on('upgrade', (_response, socket: Socket) => {
        socket.setTimeout(0);
        socket.setNoDelay(true);
        resolve(socket);
      })
      .on('response', (response) => {
        response.resume();
        const { statusCode: status = 0 } = response;
        resolve(
          new UserError(`${url.origin} is no barrier of this version of reprise (it answers ${status})`, {
            kind: 'server',
            remedy: 'give the address of shard 0 with --barrier',
          }),
        );
      })
      .on('timeout', () => request.destroy(new Error('no answer')))
      .on('error', resolve)
      .end();
  });
}

function lostBarrier(url: URL): UserError {
  return new UserError(`the barrier at ${url.origin} is gone`, {
    kind: 'server',
    remedy: 'shard 0 has ended; run all shards again',
  });
}

function refusalError(why: Refusal, { index: own }: Shard): UserError {
  const who = (index: number): string => (index === own ? `this shard, ${index},` : `shard ${index}`);
  switch (why.kind) {
    case 'duplicate':
      return new UserError(`shard ${why.index} is at the barrier already`, {
        kind: 'usage',
        remedy: 'give each process another --shard',
      });
    case 'count':
      return new UserError(
        `${who(why.index)} is one of ${why.of} shards, but shard 0 one of ${why.expected}`,
        {
          kind: 'usage',
          remedy: 'give all the same N in --shard i/N',
        },
      );
    case 'version':
      return new UserError(`${who(why.index)} is reprise ${why.version}, but shard 0 is ${why.expected}`, {
        kind: 'usage',
        remedy: 'run the same version everywhere',
      });
    case 'plan':
      return new UserError(`${who(why.index)} has another plan than shard 0`, {
        kind: 'usage',
        remedy: 'give all the same tape, target and options',
      });
    case 'missing':
      return new UserError(
        `${why.shards.length} of ${why.of} shards did not come within ${why.waitedMs / 1e3} s (${why.shards.slice(0, 10).join(', ')}${why.shards.length > 10 ? ', …' : ''})`,
        { kind: 'server', remedy: 'start all shards, or give a longer --barrier-timeout' },
      );
    case 'gone':
      return new UserError(`${who(why.index)} ended before the run began`, {
        kind: 'server',
        remedy: 'see its own message, and start all shards again',
      });
    default:
      return why satisfies never;
  }
}
