import type { ClientRequest, IncomingMessage, InformationEvent, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createProxyServer } from 'http-proxy';
import { basicCredentials, headerValue } from '../chat/headers.ts';
import { MAX_HEAD_BYTES } from '../chat/response-head.ts';
import { type AnswerError, answerErrorOf, type TransportEnd } from '../model/outcome.ts';
import { UserError } from '../model/user-error.ts';
import type { ChunkTaker } from './chunk-lane.ts';
import { requestHead } from './request-head.ts';
import { openTunnel } from './tunnel.ts';
import { createUpstreamAgent } from './upstream-agent.ts';

/** A kept connection that breaks so soon after sending was closed by the upstream before it saw the request, microseconds. */
const STALE_US = 100_000;

/** Why there is no response, or why it broke off. */
export interface ForwardFailure {
  readonly transport: Exclude<TransportEnd, 'complete' | 'client_aborted' | 'timeout'>;
  /** A kept connection was gone before the upstream can have seen the request. */
  readonly stale: boolean;
  readonly error: AnswerError;
}

/** What happens to one forwarded request; it is answered, or it fails, or neither when the client left first. */
export interface ForwardEvents {
  /** Its first bytes are about to be sent. @param kept on a connection that has served others */
  sending(kept: boolean): void;
  /** An interim response (1xx). */
  informed(answer: InformationEvent): void;
  /** @param offerChunks offers whole chunks of its body from now on; those that are not taken come with the answer's `data` */
  answered(answer: IncomingMessage, offerChunks: (taker: ChunkTaker) => void): void;
  /** Also after `answered`, when the response turns out to be broken. */
  failed(failure: ForwardFailure): void;
}

/** The way to the upstream. The only file that knows the proxy library, so that changing it stays cheap. */
export interface Forwarder {
  /** @param body instead of the request's own, which can be read only once */
  forward(request: IncomingMessage, response: ServerResponse, events: ForwardEvents, body?: Readable): void;
  /** Gives the request's connection to the upstream up, unless it is over and the connection free again. */
  abandon(request: IncomingMessage): void;
  /** WebSocket: passes through, unrecorded. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
  /** Gives up all connections to the upstream. */
  close(): void;
}

export interface ForwarderOptions {
  /** Its path is put before every path, user and password are sent where the client sends no credentials. */
  readonly upstream: URL;
  /** PEM of an authority to trust beside the usual ones. */
  readonly ca?: string | null;
  /** The monotonic clock, microseconds. */
  readonly nowUs: () => number;
}

/** One request on its way. */
interface Pending {
  readonly events: ForwardEvents;
  readonly head: readonly string[];
  sent: ClientRequest | null;
  answer: IncomingMessage | null;
  connected: boolean;
  kept: boolean;
  sentUs: number;
  socket: Socket | null;
  /** Bytes that the connection had read before this request. */
  bytesBefore: number;
}

/**
 * The library makes the request to the upstream, pipes its body and destroys it when the client goes away. The head and
 * the response are ours: the library would join repeated headers in lower case, and hang the client when the upstream dies.
 * @throws UserError where the environment has switched the library to `fetch`, which does not carry aborts across
 */
export function createForwarder({ upstream, ca = null, nowUs }: ForwarderOptions): Forwarder {
  if (process.env.FORCE_FETCH_PATH === 'true') {
    throw new UserError(
      'FORCE_FETCH_PATH=true makes the proxy library use fetch, which does not pass on that a client has gone: unset it',
    );
  }
  const { agent, expectHead, offerChunks } = createUpstreamAgent(upstream, ca);
  const basePath = upstream.pathname.replace(/\/+$/, '');
  const identity = { host: upstream.host, authorization: basicCredentials(upstream) };
  const proxy = createProxyServer({
    target: new URL(upstream.origin),
    agent,
    selfHandleResponse: true,
    secure: true,
    toProxy: true,
    prependPath: false,
    // What `http.request` is called with. Heads are made sound before Node's parser reads them; in bodies some servers
    // write blanks behind a chunk's size, which it takes only so.
    ssl: { maxHeaderSize: MAX_HEAD_BYTES, insecureHTTPParser: true },
  });
  const pending = new WeakMap<IncomingMessage, Pending>();

  proxy.on('proxyReq', (sent, request, _response, _options, socket) => {
    const state = pending.get(request);
    if (state === undefined) return;
    writeHead(sent, `${request.method} ${basePath}${request.url} HTTP/1.1`, state.head);
    state.sent = sent;
    state.socket = socket;
    state.kept = sent.reusedSocket;
    state.connected = !socket.connecting;
    state.sentUs = nowUs();
    state.bytesBefore = socket.bytesRead;
    if (socket.connecting) {
      socket.once(upstream.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        state.connected = true;
      });
    }
    expectHead(socket);
    sent.on('information', state.events.informed);
    // Without a listener Node closes the connection and says nothing.
    sent.once('upgrade', (_answer, upgradedSocket) => {
      upgradedSocket.destroy();
      state.events.failed({ transport: 'malformed', stale: false, error: SWITCHED });
    });
    state.events.sending(state.kept);
  });
  proxy.on('proxyRes', (answer, request) => {
    const state = pending.get(request);
    if (state === undefined) return;
    state.answer = answer;
    const isChunked = CHUNKED.test(headerValue(answer.rawHeaders, 'transfer-encoding') ?? '');
    state.events.answered(answer, (taker) => {
      if (isChunked) offerChunks(answer.socket, taker);
    });
  });
  // A client that left is seen at its response; without a listener for `error` the library throws.
  proxy.on('econnreset', () => undefined);
  proxy.on('error', (_error, _request, target) => target.destroy());

  function failureOf(error: NodeJS.ErrnoException, state: Pending): ForwardFailure {
    const { code = '' } = error;
    const silent = (state.socket?.bytesRead ?? 0) === state.bytesBefore;
    const stale = state.kept && silent && nowUs() - state.sentUs <= STALE_US;
    if (code.startsWith('HPE_')) return { transport: 'malformed', stale: false, error: parseFailure(error) };
    if (!state.connected) return { transport: 'unreachable', stale: false, error: connectFailure(error) };
    return { transport: 'upstream_aborted', stale, error: answerErrorOf(error) };
  }

  return {
    forward(request, response, events, body) {
      const state: Pending = {
        events,
        head: requestHead(request.method ?? 'GET', request.rawHeaders, identity),
        sent: null,
        answer: null,
        connected: false,
        kept: false,
        sentUs: nowUs(),
        socket: null,
        bytesBefore: 0,
      };
      pending.set(request, state);
      // The head is written above: what the library would do with these does not matter, but for the framing of DELETE.
      request.headers = { host: identity.host, 'content-length': '1' };
      proxy.web(request, response, body === undefined ? {} : { buffer: body }, (error) =>
        events.failed(failureOf(error, state)),
      );
    },
    abandon(request) {
      const state = pending.get(request);
      // One that was answered before its upload was over would wait for the rest of it for ever.
      if (state?.sent?.writableFinished === true && state.answer?.complete === true) return;
      state?.sent?.destroy();
    },
    upgrade(request, socket, head) {
      openTunnel(socket, head, {
        upstream,
        ca,
        path: `${basePath}${request.url}`,
        head: requestHead('GET', request.rawHeaders, identity),
      });
    },
    close: () => agent.destroy(),
  };
}

/** Of the codings in `transfer-encoding` the last frames the body (RFC 9112, 6.1). */
const CHUNKED = /(?:^|,)\s*chunked\s*$/i;

const SWITCHED: AnswerError = {
  code: 'protocol_switched',
  detail: 'it switches to another protocol unasked',
};

/**
 * Writes a request's head from a list. `http.request` does the same with headers that are given as a list, but the library
 * gives it an object, which cannot hold a name twice or in two cases.
 */
function writeHead(sent: ClientRequest, line: string, head: readonly string[]): void {
  (sent as unknown as { _storeHeader(line: string, headers: readonly string[]): void })._storeHeader(
    `${line}\r\n`,
    head,
  );
}

/** OpenSSL's errors for a certificate signed by a private authority or by the server itself. */
const UNTRUSTED = /self-signed certificate|unable to (get|verify) /;

/** @returns the message with our advice in place of Node's, which is about its own options */
export function withCertificateAdvice(message: string): string {
  if (!UNTRUSTED.test(message)) return message;
  return `${message.replace(/; if the root CA .*/, '')}; if you trust it, name its authority with --upstream-ca FILE`;
}

function connectFailure(error: NodeJS.ErrnoException): AnswerError {
  const { code, detail } = answerErrorOf(error);
  return { code, detail: detail === null ? null : withCertificateAdvice(detail) };
}

function parseFailure({ message, code = '' }: NodeJS.ErrnoException): AnswerError {
  if (code === 'HPE_HEADER_OVERFLOW')
    return { code: 'too_long', detail: `its head is larger than ${MAX_HEAD_BYTES / 1024} KiB` };
  return { code: 'not_http', detail: message.replace(/^Parse Error: /, '') };
}
