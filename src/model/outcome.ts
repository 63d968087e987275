/** How an exchange or a result ended. The list is closed: these words stand on the tape and in every report. */
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
