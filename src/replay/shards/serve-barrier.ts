import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { listenFailure, listenUrl } from '../../model/listening.ts';
import type { Timer, Timers } from '../../model/timers.ts';
import { BARRIER_PROTOCOL, messageReader, readToBarrier, type ToShard } from './barrier-messages.ts';
import { type BarrierLine, BarrierRounds } from './barrier-rounds.ts';

/** From the last `ready` to the start, microseconds: the news has to reach all, and threads have to be told. */
const AHEAD_US = 150_000;

/** How often both sides show that they are there, ms, and after which silence a shard is lost while a run is under way. */
export const BEAT_MS = 1_000;
export const SILENCE_MS = 5_000;

/** How long the end of the barrier waits for the others to take their leave, ms. */
const FAREWELL_MS = 2_000;

export interface BarrierServerOptions {
  readonly host: string;
  readonly port: number;
  readonly of: number;
  readonly version: string;
  readonly session: string;
  /** How long shards are waited for, ms. */
  readonly waitMs: number;
  readonly timers: Timers;
}

/**
 * Serves the barrier of a sharded run; shard 0 does, and comes to it as the others do.
 * @throws UserError (as a rejection) where it cannot listen
 */
export async function serveBarrier(options: BarrierServerOptions) {
  const { timers, waitMs } = options;
  const sockets = new Set<Duplex>();
  let deadline: Timer | null = null;
  const rounds = new BarrierRounds({
    ...options,
    aheadUs: AHEAD_US,
    nowUs: timers.nowUs,
    onWaiting(waiting) {
      if (deadline !== null) timers.cancel(deadline);
      deadline = waiting ? timers.after(waitMs, () => rounds.expire(waitMs)) : null;
    },
  });

  let told: { readonly message: ToShard; readonly text: string } | null = null;
  /** What is told to all is written once: the end of a thousand shards is 150 kB for each. */
  function lineOf(message: ToShard): string {
    if (told?.message !== message) told = { message, text: `${JSON.stringify(message)}\n` };
    return told.text;
  }

  function serve(socket: Duplex): void {
    sockets.add(socket);
    let heardUs = timers.nowUs();
    const send = (message: ToShard): void => {
      if (socket.writable) socket.write(lineOf(message));
    };
    const line: BarrierLine = { send, end: () => socket.end() };
    const beat = setInterval(() => {
      send({ kind: 'beat' });
      if (rounds.isUnderWay && timers.nowUs() - heardUs > SILENCE_MS * 1e3) socket.destroy();
    }, BEAT_MS);
    const read = messageReader((message) => {
      heardUs = timers.nowUs();
      const known = readToBarrier(message);
      if (known === null) socket.destroy();
      else rounds.hear(line, known);
    });
    socket
      .on('data', (piece: Buffer) => read(piece.toString('utf8')))
      .on('end', () => socket.end())
      .on('close', () => {
        clearInterval(beat);
        sockets.delete(socket);
        rounds.lose(line);
      });
  }

  const server = createServer((_request, response) => {
    const body = 'this is the barrier of a sharded replay: reprise replay --barrier takes its address\n';
    response.writeHead(426, { upgrade: BARRIER_PROTOCOL, connection: 'upgrade' }).end(body);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    if (request.headers.upgrade !== BARRIER_PROTOCOL) {
      socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\n\r\n');
      return;
    }
    request.socket.setNoDelay(true);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${BARRIER_PROTOCOL}\r\n\r\n`,
    );
    serve(socket);
  });
  const url = await listen(server, options);
  return {
    /** Where this machine reaches it. */
    url,
    /** Lets the other shards take their leave, for a moment. */
    async close(): Promise<void> {
      if (deadline !== null) timers.cancel(deadline);
      server.close();
      server.closeAllConnections();
      const left = Promise.all([...sockets].map((socket) => once(socket, 'close')));
      const enough = Promise.withResolvers<void>();
      const timer = timers.after(FAREWELL_MS, enough.resolve);
      await Promise.race([left, enough.promise]);
      timers.cancel(timer);
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Listens on the host; where its name is that of a service in front of this machine, on all addresses. */
async function listen(
  server: ReturnType<typeof createServer>,
  { host, port }: Pick<BarrierServerOptions, 'host' | 'port'>,
): Promise<URL> {
  const attempt = (on: string, reachedAt = on): Promise<URL> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, on, () => {
        server.off('error', reject);
        resolve(listenUrl('http', reachedAt, (server.address() as AddressInfo).port));
      });
    });
  try {
    return await attempt(host);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!NOT_OURS.has(code)) throw listenFailure(error as NodeJS.ErrnoException, host, port, '--barrier');
    return await attempt('::', '127.0.0.1').catch(() => attempt('0.0.0.0', '127.0.0.1'));
  }
}

const NOT_OURS: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN']);
