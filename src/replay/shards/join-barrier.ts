import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../model/clock.ts';
import { lostStart, type RunInstant, type Shard, type ShardStart } from '../../model/run.ts';
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
  const { clock, shard } = options;
  const line = new ShardLine(options, await reach(options));
  let before: ClockOffset = { offsetUs: 0, uncertaintyUs: 0 };

  const pass = (step: Step, identity?: string): Promise<Answer<'passed'>> =>
    line.ask({ kind: 'reached', step, ...(identity === undefined ? {} : { identity }) }, 'passed');

  /** Questions one after the other, on the warm connection. */
  async function measureClock(): Promise<ClockOffset> {
    const samples: ClockSample[] = [];
    for (let i = 0; i < CLOCK_SAMPLES; i++) {
      const sentUs = clock.nowUs();
      const { us } = await line.ask({ kind: 'ping' }, 'pong');
      samples.push({ sentUs, theirUs: us, receivedUs: clock.nowUs() });
    }
    return clockOffset(samples);
  }

  return {
    knowsAll: true,
    signal: line.stop.signal,
    async begin(identity) {
      const { run } = await pass('begin', identity);
      line.phase = 'under way';
      return run;
    },
    async warm() {
      await pass('warm');
    },
    async ready(): Promise<RunInstant> {
      before = await measureClock();
      const { atUs } = await pass('ready');
      line.phase = 'running';
      const startedUs = atUs + before.offsetUs;
      return { startedUs, startedAtMs: Math.round(clock.wallMs() + (startedUs - clock.nowUs()) / 1e3) };
    },
    async end(own): Promise<readonly ShardStart[]> {
      const offset = { offsetMs: before.offsetUs / 1e3, uncertaintyMs: before.uncertaintyUs / 1e3 };
      const known = { index: shard.index, ...offset, driftMs: null, ...own };
      try {
        const { offsetUs } = await measureClock();
        const start = { ...known, driftMs: (offsetUs - before.offsetUs) / 1e3 };
        const { shards } = await line.ask({ kind: 'done', start }, 'end');
        return shards;
      } catch (error) {
        // The barrier is gone with shard 0, and the run is over with it.
        if (!(error instanceof UserError)) throw error;
        return [lostStart(0), known];
      } finally {
        line.phase = 'idle';
      }
    },
    close: () => line.close(),
  };
}

type Answer<K extends ToShard['kind']> = ToShard & { readonly kind: K };

/** A shard's end of its connection to the barrier: one question at a time, and a beat that shows that it is there. */
class ShardLine {
  /** Between runs; once all have begun a shard that is silent is lost; while it runs, what goes wrong ends the run. */
  phase: 'idle' | 'under way' | 'running' = 'idle';
  /** Ends the run. */
  readonly stop = new AbortController();
  readonly #options: BarrierOptions;
  readonly #socket: Socket;
  readonly #beat: NodeJS.Timeout;
  #waiting: PromiseWithResolvers<ToShard> | null = null;
  #failure: UserError | null = null;
  #heardUs: number;
  #isClosed = false;

  constructor(options: BarrierOptions, socket: Socket) {
    const { clock, shard, version, signal } = options;
    this.#options = options;
    this.#socket = socket;
    this.#heardUs = clock.nowUs();
    const read = messageReader((message) => {
      this.#heardUs = clock.nowUs();
      if (message !== null) this.#take(message as unknown as ToShard);
    });
    socket
      .on('data', (piece: Buffer) => read(piece.toString('utf8')))
      .on('error', this.#onGone)
      .on('close', this.#onGone);
    this.#beat = setInterval(() => this.#onBeat(), BEAT_MS);
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#send({ kind: 'join', index: shard.index, of: shard.of, version });
  }

  /** Every message but the beat has one answer, or the barrier is over. */
  async ask<K extends ToShard['kind']>(message: ToBarrier, kind: K): Promise<Answer<K>> {
    if (this.#failure !== null) throw this.#failure;
    if (this.phase === 'idle') this.#heardUs = this.#options.clock.nowUs();
    this.#waiting = Promise.withResolvers<ToShard>();
    const { promise } = this.#waiting;
    this.#send(message);
    const come = await promise;
    if (come.kind !== kind) throw lostBarrier(this.#options.url);
    return come as Answer<K>;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#beat);
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    this.#send({ kind: 'bye' });
    this.#socket.end();
    this.#socket.unref();
  }

  #send(message: ToBarrier): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  #take(message: ToShard): void {
    switch (message.kind) {
      case 'beat':
        return;
      case 'stop':
        this.stop.abort();
        return;
      case 'refused':
        this.#fail(refusalError(message.why, this.#options.shard));
        return;
      case 'passed':
      case 'pong':
      case 'end':
        this.#waiting?.resolve(message);
        this.#waiting = null;
        return;
      default:
        message satisfies never;
    }
  }

  #fail(error: UserError): void {
    this.#failure ??= error;
    if (this.phase === 'running') this.stop.abort();
    this.#waiting?.reject(this.#failure);
    this.#waiting = null;
  }

  readonly #onGone = (): void => {
    if (!this.#isClosed) this.#fail(lostBarrier(this.#options.url));
  };

  /** Whoever waits at the barrier stops to; a run that is on ends by itself, and says so. */
  readonly #onAbort = (): void => {
    if (this.#waiting === null || this.phase === 'running') return;
    this.#fail(new UserError('this shard was stopped at the barrier', { kind: 'command' }));
    this.close();
  };

  #onBeat(): void {
    this.#send({ kind: 'beat' });
    const { clock, waitMs } = this.#options;
    if (this.phase === 'idle' && this.#waiting === null) return;
    // Shard 0 may be reading a large tape until the run begins.
    const patienceMs = this.phase === 'idle' ? Math.max(waitMs, SILENCE_MS) : SILENCE_MS;
    if (clock.nowUs() - this.#heardUs > patienceMs * 1e3) this.#socket.destroy();
  }
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
