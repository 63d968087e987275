import type { ClientRequest, IncomingMessage, InformationEvent, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createProxyServer, type ServerOptions } from 'http-proxy';
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

/** A request that was forwarded. */
export interface Forwarding {
  /** Gives its connection to the upstream up, unless it is over and the connection free again. */
  abandon(): void;
}

/** The way to the upstream. The only file that knows the proxy library, so that changing it stays cheap. */
export interface Forwarder {
  /** @param body instead of the request's own, which can be read only once */
  forward(
    request: IncomingMessage,
    response: ServerResponse,
    events: ForwardEvents,
    body?: Readable,
  ): Forwarding;
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
class Pending implements Forwarding {
  readonly events: ForwardEvents;
  readonly head: readonly string[];
  sent: ClientRequest | null = null;
  answer: IncomingMessage | null = null;
  connected = false;
  kept = false;
  sentUs: number;
  socket: Socket | null = null;
  /** Bytes that the connection had read before this request. */
  bytesBefore = 0;

  constructor(events: ForwardEvents, head: readonly string[], nowUs: number) {
    this.events = events;
    this.head = head;
    this.sentUs = nowUs;
  }

  abandon(): void {
    // One that was answered before its upload was over would wait for the rest of it for ever.
    if (this.sent?.writableFinished === true && this.answer?.complete === true) return;
    this.sent?.destroy();
  }
}

/** What the library is given with each request, and gives back with its events. */
interface CallOptions extends ServerOptions {
  readonly pending: Pending;
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
  const connected = upstream.protocol === 'https:' ? 'secureConnect' : 'connect';
  const proxy = createProxyServer({
    // Not a URL, whose parts are cut out anew for each request.
    target: {
      protocol: upstream.protocol,
      host: upstream.host,
      hostname: upstream.hostname,
      port: Number(upstream.port) || (upstream.protocol === 'https:' ? 443 : 80),
    },
    agent,
    selfHandleResponse: true,
    secure: true,
    // Line and head of the request are written below: the library parses no path.
    toProxy: true,
    ignorePath: true,
    prependPath: false,
    // What `http.request` is called with. Heads are made sound before Node's parser reads them; in bodies some servers
    // write blanks behind a chunk's size, which it takes only so.
    ssl: { maxHeaderSize: MAX_HEAD_BYTES, insecureHTTPParser: true },
  });
  // What the library would do with these does not matter, but for the framing of DELETE.
  const headers = { host: identity.host, 'content-length': '1' };

  proxy.on('proxyReq', (sent, request, _response, options, socket) => {
    const { pending } = options as CallOptions;
    const { events } = pending;
    writeHead(sent, `${request.method} ${basePath}${request.url} HTTP/1.1`, pending.head);
    pending.sent = sent;
    pending.socket = socket;
    pending.kept = sent.reusedSocket;
    pending.connected = !socket.connecting;
    pending.sentUs = nowUs();
    pending.bytesBefore = socket.bytesRead;
    if (socket.connecting) {
      socket.once(connected, () => {
        pending.connected = true;
      });
    }
    expectHead(socket);
    sent.on('information', events.informed);
    // Without a listener Node closes the connection and says nothing.
    sent.on('upgrade', (_answer, upgradedSocket) => {
      upgradedSocket.destroy();
      events.failed({ transport: 'malformed', stale: false, error: SWITCHED });
    });
    sent.on('response', (answer) => {
      pending.answer = answer;
      const isChunked = CHUNKED.test(headerValue(answer.rawHeaders, 'transfer-encoding') ?? '');
      events.answered(answer, (taker) => {
        if (isChunked) offerChunks(socket, taker);
      });
    });
    events.sending(pending.kept);
  });
  // A client that left is seen at its response; without a listener for `error` the library throws.
  proxy.on('econnreset', () => undefined);
  proxy.on('error', (_error, _request, target) => target.destroy());

  function failureOf(error: NodeJS.ErrnoException, pending: Pending): ForwardFailure {
    const { code = '' } = error;
    const silent = (pending.socket?.bytesRead ?? 0) === pending.bytesBefore;
    const stale = pending.kept && silent && nowUs() - pending.sentUs <= STALE_US;
    if (code.startsWith('HPE_')) return { transport: 'malformed', stale: false, error: parseFailure(error) };
    if (!pending.connected) return { transport: 'unreachable', stale: false, error: connectFailure(error) };
    return { transport: 'upstream_aborted', stale, error: answerErrorOf(error) };
  }

  return {
    forward(request, response, events, body) {
      const head = requestHead(request.method ?? 'GET', request.rawHeaders, identity);
      const pending = new Pending(events, head, nowUs());
      request.headers = headers;
      const options: CallOptions = body === undefined ? { pending } : { pending, buffer: body };
      proxy.web(request, response, options, (error) => events.failed(failureOf(error, pending)));
      return pending;
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
