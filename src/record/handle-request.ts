import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import { errorWords } from '../model/outcome.ts';
import type { ForwardEvents, Forwarder, ForwardFailure, Forwarding } from './forwarder.ts';
import { relayAnswer, relayInformation } from './relay-answer.ts';
import type { Tap } from './tap.ts';

/** What is the same for every request of a recorder. */
export interface RelayOptions {
  readonly forwarder: Forwarder;
  readonly upstream: URL;
  /** Error responses to clients name the upstream and the system's error. */
  readonly namesUpstream: boolean;
  /** Of a body that is kept so that it can be sent a second time, bytes. */
  readonly maxResentBytes: number;
  /** How long the rest of an upload is read after an early answer, ms. */
  readonly lingerMs: number;
  /** Called when a request is sent a second time. */
  readonly onResend: () => void;
  /** Called exactly once for each request, when the client's side is closed. */
  readonly onEnd: () => void;
}

/**
 * Carries one request to the upstream and its answer back, with a tap beside. When one side leaves, the other learns it at
 * once.
 * @param refusal why it must not be forwarded; null when it may
 */
export function handleRequest(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: string | null,
  tap: Tap,
  { forwarder, upstream, namesUpstream, maxResentBytes, lingerMs, onResend, onEnd }: RelayOptions,
): void {
  let answered = false;
  let resent = false;
  let sending: Forwarding | null = null;
  /** What the connection said beyond that it broke. */
  let failure: ForwardFailure | null = null;

  // Its body flows from when it is piped on: before that the forwarder has to write the head.
  request.pause();
  const kept = new KeptBody(request, maxResentBytes);
  request.on('data', (piece: Buffer) => {
    kept.add(piece);
    tap.requestPiece(piece);
  });
  request.on('end', () => tap.requestEnd());
  response.on('error', () => undefined);
  response.on('close', () => {
    kept.release();
    // By then a complete or broken answer has ended the tap; otherwise it is the client who left.
    tap.end('client_aborted', null);
    onEnd();
  });
  if (refusal !== null) {
    tap.end('client_aborted', { code: 'not_passed_on', detail: refusal });
    response.shouldKeepAlive = false;
    linger(request, lingerMs);
    sendError(response, 503, 'service_unavailable', refusal);
    return;
  }

  const events: ForwardEvents = {
    sending(onKeptConnection) {
      // A first sending on a fresh connection, and a second one, are never repeated.
      if (!onKeptConnection || resent) kept.release();
      else kept.releaseLater();
    },
    informed: (answer) => relayInformation(answer, response),
    answered(answer, offerChunks) {
      answered = true;
      kept.release();
      tap.answerHead(answer);
      try {
        relayAnswer(answer, response, upstream, {
          piece: (bytes, from, to, bytesRead) => tap.answerPiece(bytes, from, to, bytesRead),
          complete() {
            tap.end('complete', null);
            if (!request.complete) sending?.abandon();
            linger(request, lingerMs);
          },
          cut: (why) => tap.end(failure?.transport ?? 'upstream_aborted', failure?.error ?? why),
          offerChunks,
        });
      } catch (error) {
        // Its status line or a header is nothing that may be sent on.
        answer.destroy();
        const { message } = error as Error;
        refuse({ transport: 'malformed', stale: false, error: { code: 'bad_header', detail: message } });
      }
    },
    failed(why) {
      failure = why;
      if (answered || response.destroyed) return;
      if (why.stale && !resent && kept.isPossible()) kept.whenWhole(sendAgain, () => refuse(why));
      else refuse(why);
    },
  };

  function sendAgain(pieces: readonly Buffer[]): void {
    if (response.destroyed) return;
    resent = true;
    tap.sentTwice();
    onResend();
    sending = forwarder.forward(request, response, events, Readable.from(pieces));
  }

  function refuse({ transport, error }: ForwardFailure): void {
    // The system's words have addresses in them; those about a response are ours or the parser's.
    const words = namesUpstream || transport === 'malformed' ? errorWords(error) : error.code;
    const sentence = FAILURES[transport](namesUpstream ? upstream.origin : 'the upstream', words);
    tap.end(transport, error);
    sendError(response, 502, transport === 'unreachable' ? 'upstream_unreachable' : transport, sentence);
    linger(request, lingerMs);
  }

  sending = forwarder.forward(request, response, events);
}

const FAILURES = {
  unreachable: (origin, message) => `${origin} cannot be reached: ${message}`,
  upstream_aborted: (origin, message) =>
    `the connection to ${origin} broke before an answer came: ${message}`,
  malformed: (origin, message) => `the answer of ${origin} cannot be passed on: ${message}`,
} as const satisfies Readonly<
  Record<ForwardFailure['transport'], (origin: string, message: string) => string>
>;

/**
 * Reads the rest of an upload that was answered early, and throws it away: to close a connection with unread bytes in it
 * resets it, and the client may lose the answer.
 */
function linger(request: IncomingMessage, lingerMs: number): void {
  if (request.complete) {
    request.resume();
    return;
  }
  const { socket } = request;
  const destroySoon = socket.destroySoon.bind(socket);
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  const over = (): void => clearTimeout(timer);
  // Node calls this when the answer is written, unless the connection is kept.
  socket.destroySoon = () => {
    socket.end();
  };
  request.once('end', () => {
    over();
    socket.off('close', over);
    socket.destroySoon = destroySoon;
    if (socket.writableEnded) destroySoon();
  });
  socket.once('close', over);
  request.unpipe();
  request.resume();
}

/** An error in the shape that OpenAI's clients understand. */
function sendError(response: ServerResponse, status: number, type: string, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ error: { message: `reprise: ${message}`, type, param: null, code: status } });
  response.writeHead(status, STATUS_CODES[status], {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** As long as a second sending is possible, ms. */
const KEEP_MS = 100;

/** A request's body, kept for the one case in which it may be sent a second time. */
class KeptBody {
  private readonly request: IncomingMessage;
  private readonly maxBytes: number;
  private pieces: Buffer[] | null;
  private bytes = 0;
  private timer: NodeJS.Timeout | null = null;

  /** @param maxBytes a larger body is not kept */
  constructor(request: IncomingMessage, maxBytes: number) {
    this.request = request;
    this.maxBytes = maxBytes;
    this.pieces = Number(request.headers['content-length'] ?? 0) > maxBytes ? null : [];
  }

  isPossible(): boolean {
    return this.pieces !== null;
  }

  add(piece: Buffer): void {
    if (this.pieces === null) return;
    this.bytes += piece.length;
    if (this.bytes > this.maxBytes) this.release();
    else this.pieces.push(piece);
  }

  /** Forgets the body. */
  release(): void {
    this.pieces = null;
    this.cancel();
  }

  releaseLater(): void {
    this.timer = setTimeout(() => this.release(), KEEP_MS);
  }

  /** Gives the whole body when all of it has come, or says that it has become too large to be kept. */
  whenWhole(send: (pieces: readonly Buffer[]) => void, tooLarge: () => void): void {
    this.cancel();
    const settle = (): void => (this.pieces === null ? tooLarge() : send(this.pieces));
    if (this.request.complete) {
      settle();
      return;
    }
    // The failed attempt has unpiped the request and with that paused it.
    this.request.once('end', settle);
    this.request.resume();
  }

  private cancel(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
