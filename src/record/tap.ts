import type { IncomingMessage } from 'node:http';
import type { CredentialRedaction } from '../chat/redaction/credentials.ts';
import { BodyLog } from '../model/body-log.ts';
import type { ExchangeSink } from '../model/exchange.ts';
import type { AnswerError, TransportEnd } from '../model/outcome.ts';

/** What a tap needs of its recorder. */
export interface TapOptions {
  readonly sink: ExchangeSink;
  /** The monotonic clock, microseconds. */
  readonly nowUs: () => number;
  readonly redaction: CredentialRedaction;
  /** Of the request's body and of the answer's each. */
  readonly maxBodyBytes: number;
}

/** Listens beside the relay to one exchange. No call throws or waits; nothing is parsed here. */
export interface Tap {
  requestPiece(piece: Buffer): void;
  requestEnd(): void;
  /** The request is sent a second time. */
  sentTwice(): void;
  answerHead(answer: IncomingMessage): void;
  /** @param bytesRead of the connection, with the piece: those with the same number came in one read */
  answerPiece(bytes: Buffer, from: number, to: number, bytesRead: number): void;
  /** Calls after the first have no effect. */
  end(transport: TransportEnd, error: AnswerError | null): void;
}

/** The tap of an exchange that is not recorded. */
export const NO_TAP: Tap = {
  requestPiece: () => undefined,
  requestEnd: () => undefined,
  sentTwice: () => undefined,
  answerHead: () => undefined,
  answerPiece: () => undefined,
  end: () => undefined,
};

/** Begins an exchange: its row exists from its arrival on, so that a crash leaves an unfinished one, not silence. */
export function openTap(request: IncomingMessage, number: number, options: TapOptions): Tap {
  const { sink, nowUs, redaction, maxBodyBytes } = options;
  const requestLog = new BodyLog(maxBodyBytes);
  const answerLog = new BodyLog(maxBodyBytes);
  let requestEndUs: number | null = null;
  let status: number | null = null;
  let headers: readonly string[] = [];
  let headersUs: number | null = null;
  let sentTwice = false;
  let ended = false;

  sink.start({
    number,
    arrivedUs: nowUs(),
    method: request.method ?? '',
    path: redaction.path(request.url ?? ''),
    headers: redaction.requestHeaders(request.rawHeaders),
  });
  return {
    requestPiece(piece) {
      requestLog.add(piece, 0, piece.length, 0, -1);
    },
    requestEnd() {
      requestEndUs = nowUs();
    },
    sentTwice() {
      sentTwice = true;
    },
    answerHead(answer) {
      status = answer.statusCode ?? null;
      headersUs = nowUs();
      headers = redaction.answerHeaders(answer.rawHeaders);
    },
    answerPiece(bytes, from, to, bytesRead) {
      answerLog.add(bytes, from, to, nowUs(), bytesRead);
      if (answerLog.isFull()) sink.part(number, answerLog.take());
    },
    end(transport, error) {
      if (ended) return;
      ended = true;
      const finishedUs = nowUs();
      const sent = requestLog.take();
      sink.end({
        number,
        requestEndUs,
        requestBody: sent.body,
        // Of an upload that was answered early, or broke off, the end is missing too.
        requestTruncated: sent.truncated || requestEndUs === null,
        requestBytes: sent.bodyBytes,
        sentTwice,
        answer: { status, headers, headersUs, finishedUs, transport, error, ...answerLog.take() },
      });
    },
  };
}
