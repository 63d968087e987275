/** How an exchange or a result ended. A closed list: these words are stored on the tape and shown in every report. */
export const OUTCOMES = [
  /** Complete: every choice has a finish reason, or a stream ended with `[DONE]` after one; no error came. */
  'ok',
  /** The server answered with a final status other than 2xx. */
  'http_error',
  /** An error event inside a stream with status 200, even when `[DONE]` follows it. */
  'stream_error',
  /** The answer ended cleanly but is not whole: a stream without a finish reason, a body that is not JSON. */
  'incomplete',
  /** The client went away first. */
  'client_aborted',
  /** The server closed the connection in the middle. */
  'upstream_aborted',
  /** No connection could be made. */
  'unreachable',
  /** No complete answer within the limit that the run set. */
  'timeout',
  /** The recorder or the replay ended first: it died, or it was stopped while the request was in flight. */
  'unfinished',
  /** Imported from a file that does not hold how it ended. */
  'unknown',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** How the connection itself ended, known without reading a byte of the body; `Outcome` is derived from it later. */
export const TRANSPORT_ENDS = [
  'complete',
  'client_aborted',
  'upstream_aborted',
  'unreachable',
  'timeout',
  /** What came is not HTTP that can be passed on. */
  'malformed',
] as const;

export type TransportEnd = (typeof TRANSPORT_ENDS)[number];

/** The outcome of a request whose connection did not end well. */
export function brokenOutcome(transport: Exclude<TransportEnd, 'complete'>): Outcome {
  return transport === 'malformed' ? 'incomplete' : transport;
}

/** Outcomes that are the server's or the network's fault; an abort by the client is data, not an error. */
export function isError(outcome: Outcome): boolean {
  return outcome !== 'ok' && outcome !== 'client_aborted' && outcome !== 'unknown';
}

/** Whether a whole answer came, as far as is known: what got none may be asked again. */
export function isAnswered(outcome: Outcome): boolean {
  return outcome === 'ok' || outcome === 'unknown';
}

/**
 * Why an answer is not `ok`, where the server did not say so itself; a closed list. The sentence is made where it is shown.
 */
export const ERROR_CODES = [
  // Why a connection could not be made, or broke before the answer was whole.
  /** Nothing listens at the address. */
  'refused',
  /** The name has no address. */
  'host_not_found',
  /** There is no route to the address. */
  'unreachable',
  /** No connection within the time for that. */
  'connect_timeout',
  /** The certificate is not trusted, or the other side does not speak TLS. */
  'tls',
  /** Closed by the other side in the middle. */
  'closed',
  /** Reset by the other side. */
  'reset',
  /** This process, or the system, has no file descriptor left. */
  'too_many_files',
  /** Any other error of the system; its words are the detail. */
  'system',
  /** What came is no HTTP/1.x response. */
  'not_http',
  /** The server switched to another protocol (101). */
  'protocol_switched',
  'bad_header',
  'bad_length',
  /** Two lengths, or a length and a transfer encoding. */
  'two_framings',
  'bad_chunk',
  /** A head, a chunk's size line or trailers without an end. */
  'too_long',
  /** The server sent more than the answer that was asked for. */
  'unasked_bytes',
  /** Answered when it was sent once more, in a run where too many kept connections broke in use. */
  'sent_twice',
  // What the recorder or the reader of an answer found.
  /** The recorder did not forward the request, and its response says why. */
  'not_passed_on',
  /** A stream that ended without any finish reason. */
  'no_finish_reason',
  /** A stream that ended without the finish reason of every choice. */
  'choice_unfinished',
  /** An event of the stream is not JSON; its beginning is the detail. */
  'event_not_json',
  /** The body's content coding cannot be taken off; what is wrong with it is the detail. */
  'undecodable',
  /** The body is not a JSON object. */
  'body_not_json',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What went wrong with a connection or an answer, as facts. */
export interface AnswerError {
  readonly code: ErrorCode;
  /** The system's words, or the beginning of the bytes that are wrong; null where the code says it all. */
  readonly detail: string | null;
}

/** An error of a request as it is named: all that is known of it without the request. */
export interface NamedError {
  readonly outcome: Outcome;
  readonly status: number | null;
  /** Null where the server itself named the error, or the outcome is enough. */
  readonly code: ErrorCode | null;
  /** The beginning of the message; null where there is none, or where the code is enough. */
  readonly error: string | null;
}

const CODE_OF: Readonly<Record<string, ErrorCode>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'host_not_found',
  EAI_AGAIN: 'host_not_found',
  ENETUNREACH: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ETIMEDOUT: 'connect_timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  EPROTO: 'tls',
  EMFILE: 'too_many_files',
  ENFILE: 'too_many_files',
};

/** OpenSSL's and Node's names of what is wrong with a certificate or a handshake. */
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|UNABLE_TO_|SELF_SIGNED|HOSTNAME_)/;

/** The facts of an error of the system, of Node's HTTP parser or of undici's connector. */
export function answerErrorOf({
  code = '',
  message,
}: Error & { readonly code?: string | undefined }): AnswerError {
  const known = CODE_OF[code] ?? (TLS.test(code) ? 'tls' : code.startsWith('HPE_') ? 'not_http' : 'system');
  // An error of several addresses has only a code.
  return { code: known, detail: message === '' ? code : message };
}

/** The system's words, or the code's. */
export function errorWords({ code, detail }: AnswerError): string {
  return detail ?? code.replaceAll('_', ' ');
}
