import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createProxyServer } from 'http-proxy';
import { type AnswerError, answerErrorOf } from '../model/error-code.ts';
import { createUpstreamAgent } from './upstream-agent.ts';

/** Why an upstream gave no answer. */
export interface ForwardFailure {
  /** False when not even a connection could be made. */
  readonly connected: boolean;
  /** The connection had served a request before: the upstream may have closed it just as we sent. */
  readonly reusedSocket: boolean;
  readonly error: AnswerError;
}

/** Told of one forwarded request; exactly one of the two, or neither when the client left first. */
export interface ForwardEvents {
  answered(answer: IncomingMessage): void;
  failed(failure: ForwardFailure): void;
}

/** The way to the upstream. The only file that knows the proxy library, so that changing it stays cheap. */
export interface Forwarder {
  /** @param body instead of the request's own, which can be read only once */
  forward(request: IncomingMessage, response: ServerResponse, events: ForwardEvents, body?: Readable): void;
  /** WebSocket: passes through, unrecorded. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  /** Gives up all connections to the upstream. */
  close(): void;
}

/**
 * The library builds the upstream request, frames its body and destroys it when the client goes away; the answer is
 * relayed by us (`selfHandleResponse`), since the library's own relay hangs the client when the upstream dies.
 */
export function createForwarder(upstream: URL, ca: string | null = null): Forwarder {
  // Set, it would send everything through fetch: aborts would no longer cross and Host would be replaced.
  delete process.env.FORCE_FETCH_PATH;
  const agent = createUpstreamAgent(upstream, ca);
  const proxy = createProxyServer({
    target: upstream,
    agent,
    selfHandleResponse: true,
    changeOrigin: true,
    secure: true,
    // The path goes through byte for byte.
    toProxy: true,
    prependPath: false,
  });
  const pending = new WeakMap<
    IncomingMessage,
    { events: ForwardEvents; sent: ClientRequest | null; connected: boolean }
  >();

  proxy.on('proxyReq', (sent, request, _response, _options, socket) => {
    const state = pending.get(request);
    if (state === undefined) return;
    state.sent = sent;
    if (!socket.connecting) state.connected = true;
    else
      socket.once(upstream.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        state.connected = true;
      });
  });
  proxy.on('proxyRes', (answer, request) => pending.get(request)?.events.answered(answer));
  // A client that left is seen at its response; without a listener for `error` the library throws.
  proxy.on('econnreset', () => undefined);
  proxy.on('error', (_error, _request, target) => target.destroy());
  const upgraded = new Set<Socket>();
  proxy.on('open', (socket: Socket) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
  });

  return {
    forward(request, response, events, body) {
      const state = { events, sent: null as ClientRequest | null, connected: false };
      pending.set(request, state);
      proxy.web(request, response, body === undefined ? {} : { buffer: body }, (error) => {
        events.failed({
          connected: state.connected,
          reusedSocket: state.sent?.reusedSocket === true,
          error: answerErrorOf(error),
        });
      });
    },
    upgrade: (request, socket, head) => proxy.ws(request, socket, head),
    close() {
      agent.destroy();
      for (const socket of upgraded) socket.destroy();
    },
  };
}
