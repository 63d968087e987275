import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { errorWords } from '../model/error-code.ts';
import type { Forwarder, ForwardFailure } from './forwarder.ts';
import type { Refusal } from './guard-request.ts';
import { relayAnswer } from './relay-answer.ts';
import type { Tap } from './tap.ts';

/** Bodies up to this size are kept for a second try on a stale connection, bytes. */
const RETRY_BYTES = 1024 * 1024;

/** One request on its way. */
export interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Why it must not be forwarded, if it must not. */
  readonly refusal: Refusal | null;
  readonly forwarder: Forwarder;
  readonly tap: Tap;
  readonly upstream: URL;
  /** Called exactly once, when the client's side is closed. */
  readonly onEnd: () => void;
}

/**
 * Carries one request to the upstream and its answer back, with a tap beside. Whoever leaves first, the other side
 * learns it at once.
 */
export function handleRequest(passage: Passage): void {
  const { request, response, refusal, forwarder, tap, upstream } = passage;
  const retry = createRetryBody(request);
  let answered = false;
  let retried = false;

  request.on('data', (piece: Buffer) => tap.requestPiece(piece));
  request.on('end', () => tap.requestEnd());
  response.on('error', () => undefined);
  response.on('close', () => {
    // By then a complete or broken answer has ended the tap; otherwise it is the client who left.
    tap.end('client_aborted', null);
    passage.onEnd();
  });
  if (refusal !== null) {
    tap.end('client_aborted', { code: 'not_passed_on', detail: refusal.message });
    response.shouldKeepAlive = false;
    const type = refusal.status < 500 ? 'invalid_request_error' : 'service_unavailable';
    sendError(response, refusal.status, type, refusal.message);
    return;
  }

  function answeredBy(answer: IncomingMessage): void {
    answered = true;
    tap.answerHead(answer);
    relayAnswer(answer, response, {
      piece: tap.answerPiece,
      complete: () => tap.end('complete', null),
      cut: (error) => tap.end('upstream_aborted', error),
    });
  }

  function failed(failure: ForwardFailure): void {
    if (answered || response.destroyed) return;
    // The upstream closed the idle connection while the request was on its way: nothing was generated for it.
    if (failure.reusedSocket && !retried && retry.possible()) {
      retried = true;
      retry.whenWhole((body) =>
        forwarder.forward(request, response, { answered: answeredBy, failed }, Readable.from(body)),
      );
      return;
    }
    const { connected, error } = failure;
    tap.end(connected ? 'upstream_aborted' : 'unreachable', error);
    const message = errorWords(error);
    const sentence = connected
      ? `${upstream.origin} closed the connection without an answer: ${message}`
      : `${upstream.origin} cannot be reached: ${message}`;
    sendError(response, 502, connected ? 'upstream_aborted' : 'upstream_unreachable', sentence);
  }

  forwarder.forward(request, response, { answered: answeredBy, failed });
}

/** Keeps the request's body as long as it is small, for the one retry that is allowed. */
function createRetryBody(request: IncomingMessage): {
  possible(): boolean;
  whenWhole(retry: (pieces: readonly Buffer[]) => void): void;
} {
  let pieces: Buffer[] = [];
  let bytes = 0;
  let whole = false;
  request.on('data', (piece: Buffer) => {
    bytes += piece.length;
    if (bytes <= RETRY_BYTES) pieces.push(piece);
    else pieces = [];
  });
  request.on('end', () => {
    whole = true;
  });
  return {
    possible: () => bytes <= RETRY_BYTES,
    whenWhole(retry) {
      if (whole) {
        retry(pieces);
        return;
      }
      // The failed attempt has unpiped the request and with that paused it.
      request.once('end', () => retry(pieces));
      request.resume();
    },
  };
}

/** An error in the shape that OpenAI's clients understand. */
function sendError(response: ServerResponse, status: number, type: string, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = JSON.stringify({ error: { message: `reprise: ${message}`, type, param: null, code: status } });
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
