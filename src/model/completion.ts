import type { ChunkTimes } from './chunk-times.ts';
import type { AnswerError, ErrorCode, Outcome, TransportEnd } from './outcome.ts';

/** Where a token count came from, best first; a count is never printed without its source being known. */
export const TOKEN_SOURCES = [
  /** The server's final `usage`. */
  'usage',
  /** The last `usage` of a stream that carried one on every chunk and was cut before its end. */
  'continuous_usage',
  /** The file that the exchange was imported from. */
  'imported',
  /** Counted events with content: a lower bound, since one event may carry several tokens. */
  'chunks',
  /** Nothing to count by. */
  'none',
] as const;

export type TokenSource = (typeof TOKEN_SOURCES)[number];

/**
 * One answer as it came off the wire, untouched: what the proxy's or the sender's thread knows without parsing.
 * All instants are microseconds: of a replay since the run's start, of a recording on the monotonic clock.
 */
export interface RawAnswer {
  readonly status: number | null;
  /** Raw header pairs `[name, value, name, value, ...]`, credentials already redacted. */
  readonly headers: readonly string[];
  readonly headersUs: number | null;
  readonly firstByteUs: number | null;
  readonly finishedUs: number;
  readonly transport: TransportEnd;
  /** Why the transport did not complete; null where its end says it all. */
  readonly error: AnswerError | null;
  /** Body bytes in one piece, or null when none was kept. */
  readonly body: Uint8Array | null;
  /** True when `body` misses bytes at its end because a cap was reached. */
  readonly truncated: boolean;
  /** Body bytes that arrived, kept or not. */
  readonly bodyBytes: number;
  /** Instant of each read of the body. */
  readonly readUs: Float64Array;
  /** Body bytes of each read. */
  readonly readBytes: Uint32Array;
}

/** What a request asked for, as far as the product needs to know. */
export interface RequestFigures {
  readonly model: string | null;
  readonly stream: boolean;
  /** `max_completion_tokens`, else `max_tokens`. */
  readonly maxTokens: number | null;
  /** Number of chat messages; 1 for a plain prompt; null when the body is not understood. */
  readonly messages: number | null;
  /** Equal for the requests of one conversation when the client names it, else null. */
  readonly sessionKey: string | null;
}

/** What the bytes of an answer mean. */
export interface AnswerFigures {
  readonly outcome: Outcome;
  /** Why it is not `ok`; null where the server said so itself, or the outcome says it all. */
  readonly errorCode: ErrorCode | null;
  /** The words of the server or the system on it; null where there are none. */
  readonly error: string | null;
  /** First generated token (content, reasoning or tool call; the role alone is none), streams only. */
  readonly firstTokenUs: number | null;
  /** First one that is no reasoning, streams only. */
  readonly firstVisibleUs: number | null;
  /** Last read that carried a generated token, streams only. */
  readonly lastTokenUs: number | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cachedTokens: number | null;
  readonly tokenSource: TokenSource;
  readonly finishReason: string | null;
  /**
   * Equal for equal answers, streamed or plain: 16 hex digits of a SHA-256 over the text, reasoning and tool calls of
   * all choices; null where there is no whole text.
   */
  readonly answerHash: string | null;
  /** True when the answer came as an event stream, whatever was asked. */
  readonly streamed: boolean;
  /** Events of a stream that cannot be read: without data, or data that is no JSON object. They decide nothing. */
  readonly oddEvents: number;
  readonly chunks: ChunkTimes;
}

/** The little that live displays and counters need of an exchange or a result. Times in microseconds, from arrival or sending. */
export interface LiveSample {
  readonly status: number | null;
  readonly outcome: Outcome;
  /** It had the path of an API, but is no request of one: nothing else of it counts. */
  readonly ignored?: true;
  readonly ttftUs: number | null;
  readonly e2elUs: number | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  /** Of the answer's body. */
  readonly bytes: number;
  /** Only of an exchange that is on the tape. */
  readonly exchange?: LiveExchange;
}

/** Which recorded exchange a sample is of. */
export interface LiveExchange extends Pick<RequestFigures, 'model'> {
  /** Its row on the tape. */
  readonly id: number;
  readonly path: string;
  /** Microseconds on the monotonic clock. */
  readonly arrivedUs: number;
  /** As the client sent it (W3C Trace Context); null for none. */
  readonly traceparent: string | null;
}
