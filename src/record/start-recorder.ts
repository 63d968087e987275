import { once } from 'node:events';
import { createServer as createHttpServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { apiOfPath } from '../chat/apis/table.ts';
import type { CredentialRedaction } from '../chat/redaction/credentials.ts';
import type { Clock } from '../model/clock.ts';
import { type ExchangeSink, withoutQuery } from '../model/exchange.ts';
import { listenFailure, listenUrl } from '../model/listening.ts';
import { createForwarder } from './forwarder.ts';
import { createGuard } from './guard-connection.ts';
import { handleRequest, type RelayOptions } from './handle-request.ts';
import { MAX_REQUEST_HEAD_BYTES } from './request-gate.ts';
import { originForm } from './request-head.ts';
import { Afterwards, ExchangeTap, NO_TAP, type TapOptions } from './tap.ts';

export interface RecorderOptions {
  readonly upstream: URL;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Several recorders of one process may listen on one port; the kernel deals connections out. */
  readonly reusePort?: boolean;
  readonly sink: ExchangeSink;
  readonly clock: Clock;
  readonly redaction: CredentialRedaction;
  readonly shouldRecord: (method: string, path: string) => boolean;
  /** Why a request that would be recorded must be refused, null when it need not: for those who must record all. */
  readonly refuseRecorded?: () => string | null;
  /** PEM; null for plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | null;
  /** PEM of an authority that the upstream's certificate may come from. */
  readonly upstreamCa?: string | null;
  /** Of a request's and of an answer's body each; the rest passes but is not kept. 32 MiB by default. */
  readonly maxBodyBytes?: number;
  /** More connections of clients are closed at once. No bound by default. */
  readonly maxConnections?: number | null;
  /** A larger request is not kept for a second sending. 32 MiB by default. */
  readonly maxResentBytes?: number;
  /** A connection whose request head is not complete after this long is answered 408 and closed. 60 s by default. */
  readonly headTimeoutMs?: number;
  /** Error responses name the upstream's address when it cannot be reached. Off by default. */
  readonly namesUpstream?: boolean;
  /** The rest of an upload that is answered early is read for this long and thrown away. 30 s by default. */
  readonly lingerMs?: number;
}

/** Counts since the start. */
export interface RecorderStats {
  /** Requests of any kind that are on their way. */
  readonly inFlight: number;
  readonly requests: number;
  readonly recorded: number;
  /** Requests that were sent a second time, since a kept connection turned out closed. */
  readonly resent: number;
  /** Requests that were answered 4xx or 505 by the recorder, since they are not sound HTTP. */
  readonly refused: number;
  /** Connections of clients that are open. */
  readonly connections: number;
  /** Connections that were closed at once, since there were too many. */
  readonly connectionsRefused: number;
  /** Time from a request's arrival until it was handed to the upstream, seconds over all requests. */
  readonly forwardSeconds: number;
}

export interface Recorder {
  readonly url: URL;
  stats(): RecorderStats;
  /**
   * Takes no new connections, lets what is in flight end for at most `graceMs`, then cuts the rest: those stay
   * unfinished on the tape.
   */
  close(graceMs: number): Promise<void>;
}

const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** As nginx's client_header_timeout, ms. */
const HEAD_TIMEOUT_MS = 60_000;

/** What the bodies of all open requests may hold: a thousand prompts of 100,000 tokens. A hundred clients could send gigabytes. */
const MAX_UPLOADS_BYTES = 512 * 1024 * 1024;

/** As nginx's lingering_time, ms. */
const LINGER_MS = 30_000;

/** Longer than the idle time of usual clients and balancers: the side that closes first must not be us, ms. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Starts the reverse proxy that records.
 * @throws UserError (as a rejection) when it cannot listen there
 */
export async function startRecorder(options: RecorderOptions): Promise<Recorder> {
  const { upstream, host, port, clock, maxBodyBytes = MAX_BODY_BYTES } = options;
  const { shouldRecord, refuseRecorded = () => null, tls = null } = options;
  const { headTimeoutMs = HEAD_TIMEOUT_MS, maxResentBytes = MAX_BODY_BYTES } = options;
  const forwarder = createForwarder({ upstream, ca: options.upstreamCa ?? null, nowUs: clock.nowUs });
  const { nowUs } = clock;
  const counts = { inFlight: 0, requests: 0, recorded: 0, resent: 0, refused: 0, forwardSeconds: 0 };
  let connections = 0;
  let connectionsRefused = 0;
  let onIdle: (() => void) | null = null;
  let cutting = false;

  // What we cut ourselves did not end as anybody's abort: it gets no end and stays unfinished.
  const sink: ExchangeSink = {
    start: (exchange) => options.sink.start(exchange),
    part: (number, part) => options.sink.part(number, part),
    end: (exchange) => (cutting ? undefined : options.sink.end(exchange)),
  };
  const afterwards = new Afterwards((then) => void setImmediate(then));
  const tapOptions: TapOptions = {
    sink,
    nowUs,
    redaction: options.redaction,
    maxBodyBytes,
    uploads: { bytes: 0, mostBytes: MAX_UPLOADS_BYTES },
    afterwards,
  };
  const relay: RelayOptions = {
    forwarder,
    upstream,
    namesUpstream: options.namesUpstream ?? false,
    maxResentBytes,
    lingerMs: options.lingerMs ?? LINGER_MS,
    onResend() {
      counts.resent += 1;
    },
    onEnd: over,
  };

  const server = createServer(tls, {
    keepAliveTimeout: KEEP_ALIVE_MS,
    // It bounds the upload: a slow one is the client's business. Heads are bounded by the guard.
    requestTimeout: 0,
    headersTimeout: 0,
    // The guard's bounds come first.
    maxHeaderSize: 2 * MAX_REQUEST_HEAD_BYTES,
    noDelay: true,
  });
  // Some versions of Node drop the fields beyond the limit, the framing with them: the guard counts them.
  server.maxHeadersCount = 0;
  const guard = createGuard(headTimeoutMs, () => {
    counts.refused += 1;
  });
  if (options.maxConnections != null) server.maxConnections = options.maxConnections;
  server.on('drop', () => {
    connectionsRefused += 1;
  });
  server.on('connection', (socket: Socket) => {
    connections += 1;
    socket.once('close', () => {
      connections -= 1;
    });
  });
  server.on(tls === null ? 'connection' : 'secureConnection', guard.watch);
  server.on('request', (request, response) => {
    const arrivedUs = nowUs();
    guard.began(request, response);
    counts.inFlight += 1;
    counts.requests += 1;
    request.url = originForm(request.url ?? '/');
    const wanted = shouldRecord(request.method ?? '', request.url);
    const why = wanted ? refuseRecorded() : null;
    const refusal = why === null ? null : `this request cannot be recorded: ${why}`;
    const tap = wanted && refusal === null ? new ExchangeTap(request, ++counts.recorded, tapOptions) : NO_TAP;
    handleRequest(request, response, refusal, tap, relay);
    counts.forwardSeconds += (nowUs() - arrivedUs) / 1e6;
  });
  // Upgraded sockets are no longer the server's: closing it would wait for them for ever.
  const upgraded = new Set<Socket>();
  server.on('upgrade', (request, duplex, head) => {
    const socket = duplex as Socket;
    upgraded.add(socket);
    counts.inFlight += 1;
    counts.requests += 1;
    socket.once('close', () => {
      upgraded.delete(socket);
      over();
    });
    request.url = originForm(request.url ?? '/');
    forwarder.upgrade(request, socket, head);
  });
  // A connection that is no HTTP, or breaks off: the answer to it is to close it.
  server.on('clientError', (_error, socket) =>
    guard.refuse(socket as Socket, { status: 400, why: 'the request is not valid HTTP' }),
  );

  server.listen({ port, host, reusePort: options.reusePort === true });
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw listenFailure(error, host, port);
  });
  const address = server.address() as AddressInfo;
  return {
    url: listenUrl(tls === null ? 'http' : 'https', host, address.port),
    stats: () => ({ ...counts, connections, connectionsRefused }),
    async close(graceMs) {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      if (counts.inFlight > 0) await idleWithin(graceMs);
      afterwards.run();
      cutting = true;
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await closed;
      afterwards.run();
      forwarder.close();
    },
  };

  function over(): void {
    counts.inFlight -= 1;
    if (counts.inFlight === 0) onIdle?.();
  }

  function idleWithin(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function createServer(tls: RecorderOptions['tls'], options: ServerOptions): Server {
  return tls == null ? createHttpServer(options) : createHttpsServer({ ...options, ...tls });
}

/**
 * Which requests are recorded: POSTs to an API that is understood, under any prefix, or to one of `paths`; a query and
 * slashes at the end make no difference. Everything else passes unrecorded.
 * @param paths null for every API
 */
export function recordingFilter(paths: readonly string[] | null): (method: string, path: string) => boolean {
  if (paths === null) return (method, path) => method === 'POST' && apiOfPath(path) !== null;
  const recorded = new Set(paths.map(routeOf));
  return (method, path) => method === 'POST' && recorded.has(routeOf(path));
}

function routeOf(path: string): string {
  return withoutQuery(path).replace(/\/+$/, '');
}
