import type { IncomingMessage } from 'node:http';
import type { CredentialRedaction } from '../chat/redaction/credentials.ts';
import { BodyBytes, BodyLog } from '../model/body-log.ts';
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
  /** What the bodies of all requests that are open hold, and may hold together. */
  readonly uploads: { bytes: number; readonly mostBytes: number };
  readonly afterwards: Afterwards;
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

/**
 * Records are made when what has come in one turn of the event loop was passed on: a request and its answer do not wait for
 * their record.
 */
export class Afterwards {
  private taps: ExchangeTap[] = [];
  private readonly soon: (then: () => void) => void;

  /** @param soon calls once when all events that are ready now have been served */
  constructor(soon: (then: () => void) => void) {
    this.soon = soon;
  }

  add(tap: ExchangeTap): void {
    if (this.taps.push(tap) === 1) this.soon(() => this.run());
  }

  /** Does at once what waits. */
  run(): void {
    const { taps } = this;
    this.taps = [];
    for (const tap of taps) tap.record();
  }
}

/** Begins an exchange: its row exists from its arrival on, so that a crash leaves an unfinished one, not silence. */
export class ExchangeTap implements Tap {
  private readonly options: TapOptions;
  private readonly number: number;
  private readonly request: IncomingMessage;
  private readonly arrivedUs: number;
  private readonly requestBody: BodyBytes;
  private readonly answerLog: BodyLog;
  private answer: IncomingMessage | null = null;
  private requestEndUs: number | null = null;
  private headersUs: number | null = null;
  private heldBytes = 0;
  private leftOutBytes = 0;
  private isSentTwice = false;
  private isBegun = false;
  private isRecorded = false;
  private ended: {
    readonly us: number;
    readonly transport: TransportEnd;
    readonly error: AnswerError | null;
  } | null = null;

  /** @param request its `method`, `url` and `rawHeaders` are read later */
  constructor(request: IncomingMessage, number: number, options: TapOptions) {
    this.options = options;
    this.number = number;
    this.request = request;
    this.arrivedUs = options.nowUs();
    this.requestBody = new BodyBytes(options.maxBodyBytes);
    this.answerLog = new BodyLog(options.maxBodyBytes);
    options.afterwards.add(this);
  }

  requestPiece(piece: Buffer): void {
    if (this.ended !== null) return;
    const { uploads } = this.options;
    if (this.leftOutBytes > 0 || uploads.bytes + piece.length > uploads.mostBytes)
      this.leftOutBytes += piece.length;
    else {
      uploads.bytes += piece.length;
      this.heldBytes += piece.length;
      this.requestBody.keep(piece, 0, piece.length);
    }
  }

  requestEnd(): void {
    if (this.ended === null) this.requestEndUs = this.options.nowUs();
  }

  sentTwice(): void {
    this.isSentTwice = true;
  }

  answerHead(answer: IncomingMessage): void {
    if (this.ended !== null) return;
    this.answer = answer;
    this.headersUs = this.options.nowUs();
  }

  answerPiece(bytes: Buffer, from: number, to: number, bytesRead: number): void {
    if (this.ended !== null) return;
    this.answerLog.add(bytes, from, to, this.options.nowUs(), bytesRead);
    if (!this.answerLog.isFull()) return;
    this.begin();
    this.options.sink.part(this.number, this.answerLog.take());
  }

  end(transport: TransportEnd, error: AnswerError | null): void {
    if (this.ended !== null) return;
    this.ended = { us: this.options.nowUs(), transport, error };
    this.options.uploads.bytes -= this.heldBytes;
    this.options.afterwards.add(this);
  }

  /** Hands on what there is. */
  record(): void {
    this.begin();
    const { ended, answer, requestEndUs, options } = this;
    if (ended === null || this.isRecorded) return;
    this.isRecorded = true;
    const { body, truncated, bodyBytes } = this.requestBody.rest();
    options.sink.end({
      number: this.number,
      requestEndUs,
      requestBody: body,
      // Of an upload that was answered early, or broke off, the end is missing too.
      requestTruncated: truncated || this.leftOutBytes > 0 || requestEndUs === null,
      requestBytes: bodyBytes + this.leftOutBytes,
      sentTwice: this.isSentTwice,
      answer: {
        status: answer?.statusCode ?? null,
        headers: answer === null ? [] : options.redaction.answerHeaders(answer.rawHeaders),
        headersUs: this.headersUs,
        finishedUs: ended.us,
        transport: ended.transport,
        error: ended.error,
        ...this.answerLog.rest(),
      },
    });
  }

  private begin(): void {
    if (this.isBegun) return;
    this.isBegun = true;
    const { request, options } = this;
    options.sink.start({
      number: this.number,
      arrivedUs: this.arrivedUs,
      method: request.method ?? '',
      path: options.redaction.path(request.url ?? ''),
      headers: options.redaction.requestHeaders(request.rawHeaders),
    });
  }
}
