import type { Socket } from 'node:net';
import { buildConnector, Client } from 'undici';
import type { ReplayableRequest } from '../replayable-request.ts';
import { type AnswerCollector, type CollectedAnswer, createAnswerCollector } from './answer-collector.ts';

/** How long opening a connection may take, ms. */
const CONNECT_TIMEOUT_MS = 10_000;

/** vLLM closes a connection that was idle for 5 s without saying so; ours must be gone before. */
const IDLE_TIMEOUT_MS = 4_000;

/** What one request gave: `wireBytes` are all bytes read from the socket for it, head and framing included. */
export interface SentRequest extends CollectedAnswer {
  readonly wireBytes: number;
}

/** One of a cell's connections: one socket, at most one request in flight, reopened when it broke. */
export interface Connection {
  /** Opens the socket and runs the client's code once, without putting load on the model. */
  warm(): Promise<void>;
  /** Sends one request; `onEnd` is called exactly once, never before `send` has returned. */
  send(request: ReplayableRequest, onEnd: (sent: SentRequest) => void): void;
  /** Ends the request in flight, if any. */
  cancel(cause: 'timeout' | 'client_aborted'): void;
  readonly open: boolean;
  close(): Promise<void>;
}

/**
 * Prepares a connection to `origin`; nothing is opened yet.
 * @param nowUs microseconds since the run's start
 * @param extraHeaders raw header pairs that every request carries, replacing recorded ones of the same name
 */
export function createConnection(
  origin: string,
  nowUs: () => number,
  extraHeaders: readonly string[],
): Connection {
  let socket: Socket | null = null;
  let collector: AnswerCollector | null = null;
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS, allowH2: false });
  const client = new Client(origin, {
    pipelining: 1,
    allowH2: false,
    // Deadlines are the run's own: a long prefill is silent for minutes.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    keepAliveMaxTimeout: IDLE_TIMEOUT_MS,
    connect: (options, callback) => {
      connect(options, (...args) => {
        socket = args[1] ?? null;
        callback(...args);
      });
    },
  });
  const bytesRead = (): number => socket?.bytesRead ?? 0;

  return {
    warm: () => warmUp(client, extraHeaders),
    send(request, onEnd) {
      const used = socket;
      const before = bytesRead();
      const current = createAnswerCollector(nowUs, bytesRead, (collected) => {
        if (collector === current) collector = null;
        // A request that had to open a new socket starts counting from that socket's zero.
        const sent = { ...collected, wireBytes: bytesRead() - (socket === used ? before : 0) };
        if (sending) setImmediate(onEnd, sent);
        else onEnd(sent);
      });
      collector = current;
      let sending = true;
      client.dispatch(
        {
          method: 'POST',
          path: request.path,
          headers: withExtra(request.headers, extraHeaders),
          body: request.body,
        },
        current,
      );
      sending = false;
    },
    cancel(cause) {
      collector?.cancel(cause);
    },
    get open() {
      return socket !== null && !socket.destroyed;
    },
    close: () => client.destroy(),
  };
}

async function warmUp(client: Client, extraHeaders: readonly string[]): Promise<void> {
  const { body } = await client.request({ method: 'GET', path: '/health', headers: [...extraHeaders] });
  await body.dump();
}

function withExtra(headers: readonly string[], extra: readonly string[]): string[] {
  const replaced = new Set(extra.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()));
  if (replaced.size === 0) return [...headers];
  const kept = headers.flatMap((name, i) =>
    i % 2 === 0 && !replaced.has(name.toLowerCase()) ? [name, headers[i + 1] ?? ''] : [],
  );
  return [...kept, ...extra];
}
